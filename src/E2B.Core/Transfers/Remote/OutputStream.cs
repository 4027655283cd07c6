using System.Text;

namespace E2B.Transfers.Remote;

/// <summary>What a process writes to stdout, as a stream that can only be read forwards; stderr is kept beside it.</summary>
internal sealed class OutputStream : Stream
{
    // Enough to name the files that failed; tar would say the same of each.
    private const int MaxErrorBytes = 4 * 1024 * 1024;

    private readonly IAsyncEnumerator<CommandOutput> _output;
    private readonly MemoryStream _errors = new();
    private ReadOnlyMemory<byte> _rest;

    public OutputStream(CommandHandle handle, CancellationToken cancellationToken) =>
        _output = handle.ReadOutputAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    public string Errors => Encoding.UTF8.GetString(_errors.GetBuffer(), 0, (int)_errors.Length);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _output.MoveNextAsync().ConfigureAwait(false))
            {
                return 0;
            }

            CommandOutput output = _output.Current;
            switch (output.Stream)
            {
                case CommandStream.Gap:
                    throw new OutputGapException();
                case CommandStream.StdErr:
                    _errors.Write(output.Data.Span[..(int)Math.Min(output.Data.Length, MaxErrorBytes - _errors.Length)]);
                    break;
                default:
                    _rest = output.Data;
                    break;
            }
        }

        int length = Math.Min(buffer.Length, _rest.Length);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Reads to the end of the process and drops what comes.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        byte[] dropped = new byte[64 * 1024];
        while (await ReadAsync(dropped, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>The connection broke and output may be missing: an archive cannot be read on.</summary>
internal sealed class OutputGapException : Exception
{
    public OutputGapException()
        : base("Output is missing, since the connection broke.")
    {
    }
}

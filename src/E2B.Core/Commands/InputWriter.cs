using System.Runtime.CompilerServices;

namespace E2B.Commands;

/// <summary>Writes much input to a process.</summary>
internal sealed class InputWriter
{
    private const int PieceLength = 256 * 1024;

    private readonly Sandbox _sandbox;
    private readonly int _pid;

    public InputWriter(Sandbox sandbox, int pid, InputKind kind)
    {
        _sandbox = sandbox;
        _pid = pid;
        Kind = kind;
    }

    /// <summary>What kind of input the process has turned out to take.</summary>
    public InputKind Kind { get; private set; }

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(PieceLength);
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            yield return buffer.AsMemory(0, read);
        }
    }

    public async Task<long> WriteAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> input, CancellationToken cancellationToken)
    {
        long written = 0;
        await foreach (ReadOnlyMemory<byte> piece in input.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Kind = await _sandbox.Processes.SendInputAsync(_pid, Kind, piece, cancellationToken).ConfigureAwait(false);
            written += piece.Length;
        }

        return written;
    }
}

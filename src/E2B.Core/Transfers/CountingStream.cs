namespace E2B.Transfers;

/// <summary>Passes content on and says how much.</summary>
internal sealed class CountingStream(Stream inner, Action<long> count) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        count(read);
        return read;
    }
}

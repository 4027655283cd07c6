namespace E2B.Protocol;

/// <summary>Nothing, compressed. The framework's packer writes no byte at all for it, and that is not gzip.</summary>
public static class EmptyGzip
{
    /// <summary>A complete gzip file without content.</summary>
    public static ReadOnlyMemory<byte> Bytes { get; } = new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
}

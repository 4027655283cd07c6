using System.Runtime.InteropServices;
using System.Text;

namespace E2B;

/// <summary>A file that is to be written, for <see cref="FilesClient.WriteManyAsync"/>.</summary>
public sealed class SandboxFileContent
{
    private readonly Func<Stream>? _open;
    private readonly Stream? _stream;

    /// <summary>A file of text, in UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="E2BInvalidArgumentException">The path is empty.</exception>
    public SandboxFileContent(string path, string text)
        : this(path, Encoding.UTF8.GetBytes(text).AsMemory())
    {
    }

    /// <summary>A file of bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">The bytes. They must not change before the file is written.</param>
    /// <exception cref="E2BInvalidArgumentException">The path is empty.</exception>
    public SandboxFileContent(string path, ReadOnlyMemory<byte> bytes)
    {
        Path = Files.FileAddress.Require(path);
        Bytes = bytes;
    }

    /// <summary>A file from a stream.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stream">From its present position to its end. It is not disposed of.</param>
    /// <exception cref="E2BInvalidArgumentException">The path is empty.</exception>
    public SandboxFileContent(string path, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Path = Files.FileAddress.Require(path);
        _stream = stream;
    }

    /// <summary>A file from a stream that is opened when its turn comes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="open">Opens the stream, which is disposed of after it was read. Any thread may call it.</param>
    /// <exception cref="E2BInvalidArgumentException">The path is empty.</exception>
    public SandboxFileContent(string path, Func<Stream> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        Path = Files.FileAddress.Require(path);
        _open = open;
    }

    /// <summary>The path in the sandbox.</summary>
    public string Path { get; }

    /// <summary>The content, where it is at hand.</summary>
    internal ReadOnlyMemory<byte>? Bytes { get; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;

    /// <summary>A stream over bytes, without a copy where that can be.</summary>
    internal static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    /// <summary>The content as a stream.</summary>
    /// <returns>The stream, and whether it is to be disposed of.</returns>
    internal (Stream Stream, bool IsOwned) Open() => _stream is not null ? (_stream, false)
        : _open is not null ? (_open(), true)
        : (StreamOf(Bytes!.Value), true);
}

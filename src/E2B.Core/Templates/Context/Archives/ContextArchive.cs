using System.IO.Compression;
using E2B.Transfers.Local;

namespace E2B.Templates.Context.Archives;

/// <summary>
/// What a copy step uploads: a tar archive, compressed or not, in a temporary file. The same content makes the same archive, whatever the machine, the
/// owner, the times or the order of the directory; the compressed bytes are those of the .NET that compresses.
/// </summary>
/// <remarks>On Unix the file has no name from the start, and on Windows the system deletes it: it is gone however the process ends.</remarks>
internal sealed class ContextArchive : IAsyncDisposable
{
    private const int BufferSize = 128 * 1024;

    private readonly FileStream _file;

    private ContextArchive(FileStream file) => _file = file;

    /// <summary>Bytes.</summary>
    public long Length => _file.Length;

    /// <summary>Packs what a copy step takes.</summary>
    /// <exception cref="TransferEntryException">A file could not be read, or changed since it was selected.</exception>
    /// <exception cref="IOException">The temporary file could not be written.</exception>
    public static async Task<ContextArchive> CreateAsync(ContextSelection selection, bool isCompressed, CancellationToken cancellationToken)
    {
        FileStream file = CreateFile();
        try
        {
            await WriteAsync(selection, isCompressed, file, cancellationToken).ConfigureAwait(false);
            if (isCompressed)
            {
                // zlib writes here how hard it tried and on which system.
                file.Position = 8;
                file.Write([0, 0xFF]);
            }

            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            return new ContextArchive(file);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The archive from its start. Any number can be read, also at once; to dispose one does nothing to the archive.</summary>
    public Stream OpenRead() => new ArchiveStream(_file.SafeFileHandle, Length);

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static async Task WriteAsync(ContextSelection selection, bool isCompressed, Stream output, CancellationToken cancellationToken)
    {
        if (!isCompressed)
        {
            await WriteTarAsync(selection, output, cancellationToken).ConfigureAwait(false);
            return;
        }

        var compressed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        await using (compressed.ConfigureAwait(false))
        {
            await WriteTarAsync(selection, compressed, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteTarAsync(ContextSelection selection, Stream output, CancellationToken cancellationToken)
    {
        byte[] zeros = new byte[2 * TarHeader.BlockSize];
        foreach (ContextEntry entry in selection.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!entry.IsPacked)
            {
                continue;
            }

            await output.WriteAsync(TarHeader.Of(entry), cancellationToken).ConfigureAwait(false);
            if (entry.Kind == ContextKind.File)
            {
                await WriteContentAsync(entry, output, cancellationToken).ConfigureAwait(false);
                await output.WriteAsync(zeros.AsMemory(0, TarHeader.Padding(entry.Size)), cancellationToken).ConfigureAwait(false);
            }
        }

        await output.WriteAsync(zeros, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteContentAsync(ContextEntry entry, Stream output, CancellationToken cancellationToken)
    {
        SteadyFileStream content;
        try
        {
            content = new SteadyFileStream(entry.ToContent(), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.Reading(entry.ToContent(), e);
        }

        await using (content.ConfigureAwait(false))
        {
            await content.CopyToAsync(output, BufferSize, cancellationToken).ConfigureAwait(false);
        }
    }

    private static FileStream CreateFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            BufferSize = BufferSize,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        string path = Path.Join(Path.GetTempPath(), $"e2b-context-{Path.GetRandomFileName()}");
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}

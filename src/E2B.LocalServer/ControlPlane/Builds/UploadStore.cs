using System.Buffers;
using System.Security.Cryptography;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Archives of files that COPY steps need, by the hash that the client has computed of what is in them. They are a
/// cache: a client that finds one missing sends it again.
/// </summary>
internal sealed class UploadStore
{
    private static readonly TimeSpan _leastLife = TimeSpan.FromHours(24);
    private const long Reserve = 1024L * 1024 * 1024; // the machine's disk is for others too
    private const int BetweenLooks = 32 * 1024 * 1024;
    private readonly string _folder;
    private readonly Func<long> _freeSpace;

    /// <param name="folder">Where the archives are.</param>
    /// <param name="freeSpace">How much is free there, in bytes; what the system says without.</param>
    public UploadStore(string folder, Func<long>? freeSpace = null)
    {
        _folder = folder;
        _freeSpace = freeSpace ?? (() => new DriveInfo(folder).AvailableFreeSpace);
        foreach (string draft in Directory.EnumerateFiles(folder, "*.part"))
        {
            File.Delete(draft);
        }
    }

    /// <summary>Whether a text can be a hash of files.</summary>
    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether there is an archive. It stays for a while then, since somebody is about to use it.</summary>
    public bool Contains(string hash)
    {
        try
        {
            File.SetLastWriteTimeUtc(Archive(hash), DateTime.UtcNow);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Opens an archive.</summary>
    /// <returns><see langword="null"/> when it is not there.</returns>
    public FileStream? Open(string hash)
    {
        try
        {
            return new FileStream(Archive(hash), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes an archive over, whole or not at all.</summary>
    /// <param name="hash">Its hash, which cannot be checked here: it is of the files and not of the archive.</param>
    /// <param name="content">The archive.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Whether there was room for it to its end: several come at once, and each takes of what the others have found free.</returns>
    public async Task<bool> AddAsync(string hash, Stream content, CancellationToken cancellationToken)
    {
        string draft = Path.Combine(_folder, $"{hash}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.part");
        try
        {
            await using (var file = new FileStream(draft, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                if (!await CopyAsync(content, file, cancellationToken))
                {
                    File.Delete(draft);
                    return false;
                }

                await Task.Run(() => file.Flush(flushToDisk: true), cancellationToken);
            }

            File.Move(draft, Archive(hash), overwrite: true);
            return true;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>How much is free where archives are kept, in bytes.</summary>
    public long FreeSpace => _freeSpace();

    /// <summary>How much of that archives may take.</summary>
    public long Room => Math.Max(0, FreeSpace - Reserve);

    /// <summary>Deletes what nobody has asked for in a day.</summary>
    public void Sweep()
    {
        DateTime oldest = DateTime.UtcNow - _leastLife;
        foreach (string archive in Directory.EnumerateFiles(_folder, "*.tar").Where(archive => File.GetLastWriteTimeUtc(archive) < oldest))
        {
            File.Delete(archive);
        }
    }

    private async Task<bool> CopyAsync(Stream content, FileStream file, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            int unlooked = 0;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and int read)
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                unlooked += read;
                if (unlooked >= BetweenLooks)
                {
                    unlooked = 0;
                    if (Room == 0)
                    {
                        return false;
                    }
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string Archive(string hash) => Path.Combine(_folder, hash + ".tar");
}

using System.Security.Cryptography;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Archives of files that COPY steps need, by the hash that the client has computed of what is in them. They are a
/// cache: a client that finds one missing sends it again.
/// </summary>
internal sealed class UploadStore
{
    private static readonly TimeSpan _leastLife = TimeSpan.FromHours(24);
    private readonly string _folder;

    public UploadStore(string folder)
    {
        _folder = folder;
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
    public async Task AddAsync(string hash, Stream content, CancellationToken cancellationToken)
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
                await content.CopyToAsync(file, 256 * 1024, cancellationToken);
                await Task.Run(() => file.Flush(flushToDisk: true), cancellationToken);
            }

            File.Move(draft, Archive(hash), overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>How much is free where archives are kept, in bytes.</summary>
    public long FreeSpace => new DriveInfo(_folder).AvailableFreeSpace;

    /// <summary>Deletes what nobody has asked for in a day.</summary>
    public void Sweep()
    {
        DateTime oldest = DateTime.UtcNow - _leastLife;
        foreach (string archive in Directory.EnumerateFiles(_folder, "*.tar").Where(archive => File.GetLastWriteTimeUtc(archive) < oldest))
        {
            File.Delete(archive);
        }
    }

    private string Archive(string hash) => Path.Combine(_folder, hash + ".tar");
}

using System.Security.Cryptography;

namespace E2B.Transfers.Local;

/// <summary>SHA-256 of local files, as <c>sha256sum</c> writes it.</summary>
internal static class LocalHashes
{
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(
        IEnumerable<(string Path, string File)> files, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, string file) in files)
        {
            try
            {
                var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
                await using (content.ConfigureAwait(false))
                {
                    hashes[path] = Convert.ToHexString(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What has no hash is told apart by whoever compares.
            }
        }

        return hashes;
    }
}

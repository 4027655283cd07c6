using System.Buffers;
using E2B.Transport;

namespace E2B.Files;

/// <summary>What can be kept with a file: it travels in headers, which sets its limits.</summary>
internal static class FileMetadata
{
    private static readonly SearchValues<char> _keyCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <exception cref="E2BInvalidArgumentException">A key or value cannot be sent.</exception>
    /// <exception cref="E2BTemplateException">The daemon is too old to keep it.</exception>
    public static void Check(DaemonEndpoint endpoint, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        if (!endpoint.Version.KeepsFileMetadata)
        {
            throw new E2BTemplateException(
                $"The daemon in the sandbox {endpoint.SandboxId} has version {endpoint.Version.Text}, and metadata is kept with files from 0.6.2 on. Build the template again.")
            {
                SandboxId = endpoint.SandboxId,
            };
        }

        foreach ((string key, string value) in metadata)
        {
            if (key.Length == 0 || key.AsSpan().ContainsAnyExcept(_keyCharacters))
            {
                throw new E2BInvalidArgumentException(
                    $"'{key}' cannot be a key of a file's metadata: it has to be letters, digits and the signs of HTTP header names.");
            }

            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new E2BInvalidArgumentException($"The value of the metadata '{key}' has to be printable ASCII.");
            }
        }
    }
}

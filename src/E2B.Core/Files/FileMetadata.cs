using System.Buffers;

namespace E2B.Files;

/// <summary>What can be kept with a file: it travels in headers, which sets its limits.</summary>
internal static class FileMetadata
{
    private static readonly SearchValues<char> _keyCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <exception cref="E2BInvalidArgumentException">A key or value cannot be sent.</exception>
    public static void Check(IReadOnlyDictionary<string, string> metadata)
    {
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

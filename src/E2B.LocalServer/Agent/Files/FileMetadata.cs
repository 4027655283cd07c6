using System.Globalization;
using System.Text;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol;

namespace E2B.LocalServer.Agent.Files;

/// <summary>What callers say of a file beside its content: extended attributes <c>user.e2b.*</c>.</summary>
internal static unsafe class FileMetadata
{
    private const string Prefix = "user.e2b.";
    private const int MaxKey = 255 - 9;
    private const int MaxTotal = 4096;
    private static readonly UTF8Encoding _strict = new(false, true);

    /// <summary>The metadata in an upload's headers.</summary>
    public static SortedDictionary<string, string> FromHeaders(IHeaderDictionary headers)
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers)
        {
            if (name.Length > E2BHeaders.MetadataPrefix.Length
                && name.StartsWith(E2BHeaders.MetadataPrefix, StringComparison.OrdinalIgnoreCase)
                && values.Count > 0)
            {
                metadata[name[E2BHeaders.MetadataPrefix.Length..].ToLowerInvariant()] = values[0] ?? string.Empty;
            }
        }

        return metadata;
    }

    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    public static string? Check(IReadOnlyDictionary<string, string> metadata)
    {
        int total = 0;
        foreach ((string key, string value) in metadata)
        {
            if (key.Length > MaxKey)
            {
                return $"metadata key \"{key}\" exceeds {MaxKey} bytes";
            }

            if (NotPrintable("key", key) is { } badKey)
            {
                return badKey;
            }

            if (NotPrintable($"value for key \"{key}\"", value) is { } badValue)
            {
                return badValue;
            }

            total += Prefix.Length + key.Length + value.Length;
        }

        return total > MaxTotal ? $"total metadata size {total} exceeds {MaxTotal} bytes" : null;
    }

    /// <summary>The metadata of an entry; empty when there is none, or none that can be told as text.</summary>
    public static Dictionary<string, string> Read(string path)
    {
        var metadata = new Dictionary<string, string>();
        foreach (string name in Names(path))
        {
            byte[] buffer = new byte[MaxTotal];
            fixed (byte* start = buffer)
            {
                nint length = Libc.GetAttribute(path, name, start, (nuint)buffer.Length);
                if (length < 0)
                {
                    continue;
                }

                try
                {
                    // Programs in the sandbox can set anything; what is no text cannot be sent.
                    metadata[name[Prefix.Length..]] = _strict.GetString(buffer, 0, (int)length);
                }
                catch (DecoderFallbackException)
                {
                    continue;
                }
            }
        }

        return metadata;
    }

    /// <summary>Replaces the metadata of an open file, whatever its path leads to by now. Where the file system keeps none, nothing is kept.</summary>
    /// <exception cref="UnixException">It could not be written.</exception>
    public static void Replace(int file, IReadOnlyDictionary<string, string> metadata)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}");
        foreach (string name in Names(path))
        {
            if (!metadata.ContainsKey(name[Prefix.Length..]) && Libc.RemoveAttribute(path, name) != 0 && Errno.Last != Errno.NoData)
            {
                throw UnixException.Last("xattr.remove", path);
            }
        }

        foreach ((string key, string value) in metadata)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            fixed (byte* start = bytes)
            {
                if (Libc.SetAttribute(path, Prefix + key, start, (nuint)bytes.Length, 0) != 0)
                {
                    if (Errno.Last == Errno.NotSupported)
                    {
                        return;
                    }

                    throw UnixException.Last("xattr.set", path);
                }
            }
        }
    }

    private static List<string> Names(string path)
    {
        nint length = Libc.ListAttributes(path, null, 0);
        if (length <= 0)
        {
            return [];
        }

        byte[] buffer = new byte[length + 1024];
        fixed (byte* start = buffer)
        {
            length = Libc.ListAttributes(path, start, (nuint)buffer.Length);
        }

        return length <= 0
            ? []
            : [.. Encoding.UTF8.GetString(buffer, 0, (int)length).Split('\0').Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))];
    }

    private static string? NotPrintable(string label, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or > '~')
            {
                return $"metadata {label} contains non-printable-ASCII byte 0x{(int)text[i]:x2} at offset {i}";
            }
        }

        return null;
    }
}

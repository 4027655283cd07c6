using System.Security.Cryptography;
using System.Text;

namespace E2B.Transfers;

/// <summary>What the hidden directories are called in which copies arrive: <c>.name.e2b-…</c>.</summary>
internal static class StagingName
{
    // A name has at most 255 bytes.
    private const int HintBytes = 200;

    /// <summary>A name that nothing else has.</summary>
    public static string New(string path) => Of(path, Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant());

    /// <summary>The name that a copy of the same source has every time.</summary>
    public static string For(string path, string source) =>
        Of(path, "part-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..16].ToLowerInvariant());

    private static string Of(string path, string end)
    {
        string name = path.TrimEnd('/', '\\');
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        while (Encoding.UTF8.GetByteCount(name) > HintBytes)
        {
            name = name[..^(name.Length > 1 && char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        }

        return $".{name.TrimStart('.')}.e2b-{end}";
    }
}

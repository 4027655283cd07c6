using System.Buffers;
using System.Security.Cryptography;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Sandbox ids: <c>i</c> and 20 lower-case letters and digits, as in the cloud.</summary>
internal static class SandboxId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> _characters = SearchValues.Create(Alphabet);

    public static string New() => "i" + RandomNumberGenerator.GetString(Alphabet, 20);

    /// <summary>The id in what a client sent. Old clients append <c>-clientID</c>.</summary>
    /// <returns><see langword="false"/> when it can be no sandbox's id.</returns>
    public static bool TryNormalize(string text, out string id)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        id = dash < 0 ? text : text[..dash];
        return IsValid(id) && (dash < 0 || text.IndexOf('-', dash + 1) < 0);
    }

    public static bool IsValid(string id) =>
        id.Length > 0 && !id.AsSpan().ContainsAnyExcept(_characters);
}

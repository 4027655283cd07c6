using System.Security.Cryptography;

namespace E2B.LocalServer.Runtime;

/// <summary>Names for sandboxes, in the form the service gives them.</summary>
internal static class SandboxId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int RandomLength = 20;

    public static string New() => "i" + RandomNumberGenerator.GetString(Alphabet, RandomLength);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace E2B.Protocol;

/// <summary>What lets somebody without the access token read or write one file of a sandbox.</summary>
public static class FileSignature
{
    /// <summary>Computes the signature of a file URL.</summary>
    /// <param name="path">The path exactly as it stands in the URL's query.</param>
    /// <param name="operation"><c>read</c> or <c>write</c>.</param>
    /// <param name="user">The user exactly as it stands in the query; empty when absent.</param>
    /// <param name="accessToken">The sandbox's access token.</param>
    /// <param name="expiration">Unix seconds after which the signature is worth nothing; <see langword="null"/> for no end.</param>
    public static string Compute(string path, string operation, string user, string accessToken, long? expiration)
    {
        string text = $"{path}:{operation}:{user}:{accessToken}";
        if (expiration is { } end)
        {
            text += ":" + end.ToString(CultureInfo.InvariantCulture);
        }

        return "v1_" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text))).TrimEnd('=');
    }
}

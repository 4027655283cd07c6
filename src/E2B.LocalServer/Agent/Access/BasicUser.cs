using System.Text;

namespace E2B.LocalServer.Agent.Access;

/// <summary>The Linux user that a request names as <c>Authorization: Basic base64("user:")</c>.</summary>
internal static class BasicUser
{
    private const string Scheme = "Basic ";

    /// <returns><see langword="null"/> when the request names none.</returns>
    public static string? Read(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        byte[] bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out int length))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = text.IndexOf(':');
        return colon < 0 ? null : text[..colon];
    }
}

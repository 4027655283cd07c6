using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace E2B.LocalServer.Images;

/// <summary>
/// Signs a request to Amazon by its "Signature Version 4". For the one call that is needed; Amazon's own library would
/// be the largest thing in the server.
/// </summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Adds the date and the signature to a request without a query. All headers it has by then are signed, and the host.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="credentials">Whose key; its region is the request's.</param>
    /// <param name="service">The service as signatures call it.</param>
    /// <param name="now">The time; Amazon accepts minutes of difference.</param>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsCredentials credentials, string service, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string scope = $"{time[..8]}/{credentials.Region}/{service}/aws4_request";
        request.Headers.Add("X-Amz-Date", time);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = request.RequestUri!.Authority };
        foreach ((string name, IEnumerable<string> values) in request.Headers.NonValidated.Select(header => (header.Key, (IEnumerable<string>)header.Value))
            .Concat(request.Content?.Headers.NonValidated.Select(header => (header.Key, (IEnumerable<string>)header.Value)) ?? []))
        {
            headers[name.ToLowerInvariant()] = string.Join(',', values).Trim();
        }

        string signed = string.Join(';', headers.Keys);
        string canonical = string.Join('\n',
            [request.Method.Method, request.RequestUri.AbsolutePath, string.Empty, .. headers.Select(header => $"{header.Key}:{header.Value}"), string.Empty, signed, Hash(body)]);
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        foreach (string part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        string toSign = $"{Algorithm}\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            Algorithm, $"Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={signature}");
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

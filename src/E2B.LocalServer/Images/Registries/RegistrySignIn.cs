using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace E2B.LocalServer.Images;

/// <summary>Makes a name and a password for a registry out of what was given, as the cloud does.</summary>
/// <param name="clock">For Amazon's signature.</param>
/// <param name="amazon">Where Amazon's registry service of a region is; tests have one of their own.</param>
internal sealed partial class RegistrySignIn(TimeProvider clock, Func<string, Uri>? amazon = null)
{
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <summary>Who to be at the registry.</summary>
    /// <returns>A name and a password, both for nobody's eyes; <see langword="null"/> for nobody.</returns>
    /// <exception cref="ImageException">Amazon gave none.</exception>
    public async Task<(string User, string Password)?> GetAsync(RegistryCredentials? credentials, CancellationToken cancellationToken) => credentials switch
    {
        null => null,
        BasicCredentials basic => (basic.Username, basic.Password),
        GcpCredentials google => ("_json_key", google.ServiceAccountJson),
        AwsCredentials aws => await AskAmazonAsync(aws, cancellationToken),
        _ => throw new ArgumentException("Unknown credentials.", nameof(credentials)),
    };

    private async Task<(string User, string Password)> AskAmazonAsync(AwsCredentials credentials, CancellationToken cancellationToken)
    {
        if (!Regions().IsMatch(credentials.Region))
        {
            throw new ImageException($"'{credentials.Region}' is no region of AWS; they are called like us-east-1");
        }

        Uri address = amazon?.Invoke(credentials.Region) ?? new Uri($"https://api.ecr.{credentials.Region}.{Domain(credentials.Region)}/");
        byte[] body = "{}"u8.ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
        AwsSignature.Sign(request, body, credentials, "ecr", clock.GetUtcNow());
        try
        {
            using var client = new HttpClient { Timeout = _limit, MaxResponseContentBufferSize = LongestAnswer };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? Read(text)
                : throw new ImageException($"AWS gave no access to its registry in {credentials.Region}: {Reason(text) ?? $"HTTP status {(int)response.StatusCode}"}");
        }
        catch (Exception e) when (e is HttpRequestException or (OperationCanceledException and { InnerException: TimeoutException }))
        {
            throw new ImageException($"AWS's registry service in {credentials.Region} cannot be reached: {e.Message}", e);
        }
    }

    private static (string User, string Password) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            string token = document.RootElement.GetProperty("authorizationData")[0].GetProperty("authorizationToken").GetString()!;
            string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split(':', 2);
            return (parts[0], parts[1]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            // Not the cause: its message could quote the token.
            throw new ImageException("AWS's registry service gave an answer that cannot be read");
        }
    }

    /// <summary>The kind of error alone: messages repeat what was signed.</summary>
    private static string? Reason(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            string? kind = document.RootElement.GetProperty("__type").GetString()?.Split('#')[^1];
            return kind is not null && Kinds().IsMatch(kind) ? kind : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string Domain(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";

    [GeneratedRegex(@"\A[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Regions();

    [GeneratedRegex(@"\A[A-Za-z]{1,80}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Kinds();
}

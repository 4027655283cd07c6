using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using E2B.Protocol.Rest;

namespace E2B.Errors;

/// <summary>What an HTTP error answer says.</summary>
internal readonly record struct ErrorAnswer(int Status, string? Message, TimeSpan? RetryAfter, string? RequestId, Uri? Location)
{
    private static readonly string[] _requestIdHeaders = ["X-Request-Id", "X-Amzn-RequestId", "CF-Ray"];

    /// <summary>Reads an answer whose body is <paramref name="body"/>.</summary>
    public static ErrorAnswer From(HttpResponseMessage response, ReadOnlySpan<byte> body, TimeProvider clock) => new(
        (int)response.StatusCode,
        MessageOf(response, body),
        GetRetryAfter(response, clock),
        GetRequestId(response),
        response.Headers.Location);

    /// <summary>How long the server asks to wait; <see langword="null"/> when it does not say.</summary>
    public static TimeSpan? GetRetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - clock.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The service's id of the request.</summary>
    public static string? GetRequestId(HttpResponseMessage response)
    {
        foreach (string name in _requestIdHeaders)
        {
            if (response.Headers.TryGetValues(name, out IEnumerable<string>? values))
            {
                return values.FirstOrDefault();
            }
        }

        return null;
    }

    private static string? MessageOf(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return response.ReasonPhrase;
        }

        try
        {
            if (JsonSerializer.Deserialize(body, RestJson.Default.ErrorModel)?.Message is { Length: > 0 } message)
            {
                return message;
            }
        }
        catch (JsonException)
        {
            // A proxy's own page, or plain text.
        }

        string text = Encoding.UTF8.GetString(body);
        return text.AsSpan().TrimStart().StartsWith("<") ? response.ReasonPhrase : text;
    }
}

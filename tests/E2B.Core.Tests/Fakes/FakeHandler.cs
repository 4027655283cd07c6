using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace E2B.Core.Tests.Fakes;

/// <summary>A request as it would have gone onto the wire.</summary>
internal sealed record SentRequest(HttpMethod Method, Uri Uri, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string PathAndQuery => Uri.PathAndQuery;

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A fake: stands where the network would be, keeps what was sent and answers what the test says.</summary>
internal sealed class FakeHandler : HttpMessageHandler
{
    private readonly Func<SentRequest, CancellationToken, Task<HttpResponseMessage>> _answer;

    public FakeHandler(Func<SentRequest, CancellationToken, Task<HttpResponseMessage>> answer) => _answer = answer;

    public FakeHandler(Func<SentRequest, HttpResponseMessage> answer)
        : this((request, _) => Task.FromResult(answer(request)))
    {
    }

    public ConcurrentQueue<SentRequest> Requests { get; } = new();

    public SentRequest Only => Assert.Single(Requests);

    /// <summary>Never answers; ends when the call is given up.</summary>
    public static FakeHandler Silent() => new(async (_, token) =>
    {
        await Task.Delay(Timeout.Infinite, token);
        throw new InvalidOperationException("unreachable");
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        var sent = new SentRequest(request.Method, request.RequestUri!, headers, body);
        Requests.Enqueue(sent);
        HttpResponseMessage response = await _answer(sent, cancellationToken);
        response.RequestMessage = request;
        return response;
    }
}

internal static class Answers
{
    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Error(int status, string message = "what the service says") =>
        Json($$"""{"code":{{status}},"message":"{{message}}"}""", (HttpStatusCode)status);

    public static HttpResponseMessage Text(int status, string text, string type = "text/plain") =>
        new((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, type) };

    public static HttpResponseMessage Empty(int status) => new((HttpStatusCode)status);

    public static HttpResponseMessage With(this HttpResponseMessage response, string header, string value)
    {
        Assert.True(response.Headers.TryAddWithoutValidation(header, value));
        return response;
    }

    public static HttpResponseMessage Proto(Google.Protobuf.IMessage message)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(Google.Protobuf.MessageExtensions.ToByteArray(message)),
        };
        response.Content.Headers.ContentType = new("application/proto");
        return response;
    }

    public static HttpResponseMessage Stream(Stream body)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) };
        response.Content.Headers.ContentType = new("application/connect+proto");
        return response;
    }
}

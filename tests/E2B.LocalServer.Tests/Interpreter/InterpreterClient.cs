using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>Speaks to the service of one sandbox as its clients do, and shows what it answers as it is.</summary>
internal sealed class InterpreterClient : IDisposable
{
    private readonly HttpClient _http;

    public InterpreterClient(Uri server, string sandboxId)
    {
        // Without a wait for the rest of an answer: a connection that is let go is closed at once.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add("E2b-Sandbox-Id", sandboxId);
        _http.DefaultRequestHeaders.Add("E2b-Sandbox-Port", "49999");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Sends any request.</summary>
    public async Task<(HttpStatusCode Status, string Text)> SendAsync(string method, string path, string? body = null, string? contentType = "application/json", string? origin = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = contentType is null ? new ByteArrayContent(Encoding.UTF8.GetBytes(body)) : new StringContent(body, Encoding.UTF8, contentType);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>Runs code to its end.</summary>
    /// <returns>Every event but signs of life.</returns>
    public async Task<IReadOnlyList<JsonObject>> ExecuteAsync(string code, string? language = null, string? context = null, Dictionary<string, string>? variables = null)
    {
        using Execution execution = await BeginAsync(code, language, context, variables);
        var events = new List<JsonObject>();
        while (await execution.NextAsync() is { } one)
        {
            if ((string?)one["type"] != "keepalive")
            {
                events.Add(one);
            }
        }

        return events;
    }

    /// <summary>Begins to run code; disposing of it closes the connection.</summary>
    public async Task<Execution> BeginAsync(string code, string? language = null, string? context = null, Dictionary<string, string>? variables = null)
    {
        var body = new JsonObject { ["code"] = code };
        if (language is not null)
        {
            body["language"] = language;
        }

        if (context is not null)
        {
            body["context_id"] = context;
        }

        if (variables is not null)
        {
            body["env_vars"] = JsonSerializer.SerializeToNode(variables);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/execute") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new Execution(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Token)));
    }

    /// <summary>Makes a context.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> NewContextAsync(string language = "python", string? cwd = null)
    {
        (HttpStatusCode status, string text) = await SendAsync("POST", "/contexts", new JsonObject { ["language"] = language, ["cwd"] = cwd }.ToJsonString());
        Assert.True(status == HttpStatusCode.OK, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Code that runs.</summary>
    internal sealed class Execution(HttpResponseMessage answer, StreamReader lines) : IDisposable
    {
        public string? ContentType => answer.Content.Headers.ContentType?.MediaType;

        /// <summary>The next event; <see langword="null"/> at the end.</summary>
        public async Task<JsonObject?> NextAsync() =>
            await lines.ReadLineAsync(Token) is { } line ? JsonNode.Parse(line)!.AsObject() : null;

        /// <summary>Reads up to an event of a type.</summary>
        public async Task<JsonObject> UntilAsync(string type)
        {
            while (await NextAsync() is { } one)
            {
                if ((string?)one["type"] == type)
                {
                    return one;
                }
            }

            throw new InvalidOperationException($"the stream has ended without {type}");
        }

        public void Dispose()
        {
            lines.Dispose();
            answer.Dispose();
        }
    }
}

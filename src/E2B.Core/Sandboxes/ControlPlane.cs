using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using E2B.Errors;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Transport;

namespace E2B.Sandboxes;

/// <summary>Requests to the control plane: JSON over HTTP.</summary>
internal sealed class ControlPlane
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");
    private static readonly KeyValuePair<string, string>[] _about =
    [
        new("lang", "dotnet"),
        new("lang_version", Environment.Version.ToString()),
        new("package_version", E2BConnection.LibraryVersion),
        new("publisher", "community"),
        new("system", SystemName()),
    ];

    private readonly E2BClient _client;
    private readonly string _base;

    public ControlPlane(E2BClient client)
    {
        _client = client;
        _base = client.Connection.ApiUrl.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>A request whose answer is JSON.</summary>
    public async Task<TAnswer> SendAsync<TAnswer>(RestCall call, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken) =>
        (await SendPageAsync(call, type, cancellationToken).ConfigureAwait(false)).Content;

    /// <summary>The same for a list that has pages.</summary>
    public async Task<(TAnswer Content, string? NextToken)> SendPageAsync<TAnswer>(
        RestCall call, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
    {
        (TAnswer content, _, string? next) = await SendAsync(call, type, E2BHeaders.NextToken, cancellationToken).ConfigureAwait(false);
        return (content, next);
    }

    /// <summary>The same where the answer's status and one of its headers say something too.</summary>
    public Task<(TAnswer Content, HttpStatusCode Status, string? Header)> SendAsync<TAnswer>(
        RestCall call, JsonTypeInfo<TAnswer> type, string header, CancellationToken cancellationToken) => RunAsync(
            call,
            (response, body) => (
                JsonSerializer.Deserialize(body.Span, type) ?? throw new FramingException("The body is 'null'."),
                response.StatusCode,
                response.Headers.TryGetValues(header, out IEnumerable<string>? values) ? values.FirstOrDefault() : null),
            cancellationToken);

    /// <summary>All that a list with pages has. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="path">The list, with its query.</param>
    /// <param name="action">What is being done, as the end of "could not".</param>
    /// <param name="type">A page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<TItem> ListAsync<TItem>(
        string path, string action, JsonTypeInfo<IReadOnlyList<TItem>> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            string page = next is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}nextToken={Uri.EscapeDataString(next)}";
            (IReadOnlyList<TItem> items, next) = await SendPageAsync(
                new RestCall(HttpMethod.Get, page, action, Repeat.Safe), type, cancellationToken).ConfigureAwait(false);
            foreach (TItem item in items)
            {
                yield return item;
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>A request whose answer says nothing more.</summary>
    public Task SendAsync(RestCall call, CancellationToken cancellationToken) =>
        RunAsync(call, static (_, _) => true, cancellationToken);

    private static string SystemName() =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "Windows" : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "Darwin" : "Linux";

    private async Task<TResult> RunAsync<TResult>(
        RestCall call, Func<HttpResponseMessage, ResponseBody, TResult> read, CancellationToken cancellationToken)
    {
        E2BConnection connection = _client.Connection;
        connection.RequireCredentials();
        var context = new CallContext(connection, connection.ApiUrl, call.Action, call.Missing, call.Name, call.SandboxId);
        using var scope = new CallScope(context, requestTimeout: null, cancellationToken);
        try
        {
            using HttpResponseMessage response = await _client.Transport.SendAsync(
                call.Repeat, (Plane: this, Call: call), static s => s.Plane.NewRequest(s.Call), scope.Token).ConfigureAwait(false);
            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? read(response, body)
                : throw ErrorMapper.FromStatus(context, ErrorAnswer.From(response, body.Span, connection.Clock), fromDaemon: false);
        }
        catch (JsonException e)
        {
            throw ErrorMapper.FromFraming(context, new FramingException($"The body is not the JSON expected: {e.Message}", e));
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw scope.Translate(e);
        }
    }

    private HttpRequestMessage NewRequest(RestCall call)
    {
        E2BConnection connection = _client.Connection;
        var request = new HttpRequestMessage(call.Method, new Uri(_base + call.PathAndQuery));
        HttpRequestHeaders headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", connection.UserAgent);
        if (connection.ApiKey is not null && !(call.AsAccount && connection.AccessToken is not null))
        {
            headers.TryAddWithoutValidation(E2BHeaders.ApiKey, connection.ApiKey);
        }
        else if (connection.AccessToken is not null)
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", connection.AccessToken);
        }

        foreach ((string name, string value) in _about)
        {
            headers.TryAddWithoutValidation(name, value);
        }

        foreach ((string name, string value) in connection.Headers)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }

        if (call.Body is not null)
        {
            request.Content = new ByteArrayContent(call.Body);
            request.Content.Headers.ContentType = _json;
        }

        return request;
    }
}

/// <summary>A request to the control plane.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="PathAndQuery">From the slash on, escaped.</param>
/// <param name="Action">What is being done, as the end of "could not".</param>
/// <param name="Repeat">When it may be sent again.</param>
/// <param name="Body">JSON.</param>
/// <param name="SandboxId">The sandbox that it is about.</param>
/// <param name="Missing">What it means when the server says "not found".</param>
internal sealed record RestCall(
    HttpMethod Method,
    string PathAndQuery,
    string Action,
    Repeat Repeat,
    byte[]? Body = null,
    string? SandboxId = null,
    Missing Missing = Missing.Something)
{
    /// <summary>Whether it is the account that asks, by its access token, and not a project by its key.</summary>
    public bool AsAccount { get; init; }

    /// <summary>What it is about, where that is no sandbox.</summary>
    public string? Name { get; init; }
}

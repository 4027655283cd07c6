using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using E2B.Errors;
using E2B.Ports;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Rest;
using E2B.Transport;

namespace E2B.Code.Wire;

/// <summary>Requests to the code interpreter in a sandbox: JSON over HTTP, on a port of its own.</summary>
internal sealed class CodeService(Sandbox sandbox)
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private E2BConnection Connection => sandbox.Client.Connection;

    /// <summary>What a call is about, for the words of its errors.</summary>
    public async Task<CallContext> ContextOf(string action, CancellationToken cancellationToken, string? contextId = null)
    {
        DaemonEndpoint endpoint = await sandbox.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        return new CallContext(
            Connection,
            Connection.GetDirectUrl(sandbox.SandboxId, CodeClient.Port, endpoint.Access.Domain),
            action,
            contextId is null ? Missing.Something : Missing.CodeContext,
            contextId,
            sandbox.SandboxId,
            endpoint.Access.AccessToken);
    }

    public async Task<CodeContextModel> CreateContextAsync(CodeContextOptions options, CancellationToken cancellationToken)
    {
        CallContext context = await ContextOf("make a code context", cancellationToken).ConfigureAwait(false);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new NewCodeContextRequest(options.Language, options.WorkingDirectory), RestJson.Default.NewCodeContextRequest);
        return await CallAsync(context, Repeat.Unsent, HttpMethod.Post, "/contexts", body, Read(RestJson.Default.CodeContextModel), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<CodeContextModel>> ListContextsAsync(CancellationToken cancellationToken)
    {
        CallContext context = await ContextOf("list the code contexts", cancellationToken).ConfigureAwait(false);
        return await CallAsync(
            context, Repeat.Safe, HttpMethod.Get, "/contexts", null, Read(RestJson.Default.IReadOnlyListCodeContextModel), cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveContextAsync(string id, CancellationToken cancellationToken)
    {
        CallContext context = await ContextOf($"remove the code context {id}", cancellationToken, id).ConfigureAwait(false);
        await CallAsync(context, Repeat.Unsent, HttpMethod.Delete, $"/contexts/{Uri.EscapeDataString(id)}", null, static _ => true, cancellationToken).ConfigureAwait(false);
    }

    public async Task RestartContextAsync(string id, CancellationToken cancellationToken)
    {
        CallContext context = await ContextOf($"restart the code context {id}", cancellationToken, id).ConfigureAwait(false);
        await CallAsync(context, Repeat.Unsent, HttpMethod.Post, $"/contexts/{Uri.EscapeDataString(id)}/restart", null, static _ => true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request; returns when the headers of a good answer are there.</summary>
    /// <param name="scope">The call, whose limit goes on counting.</param>
    /// <param name="repeat">When it may be sent again.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">From the slash on.</param>
    /// <param name="body">JSON.</param>
    /// <param name="withToken">Whether the sandbox's token goes along: with it the code interpreter asks the daemon for the sandbox's environment.</param>
    public async Task<HttpResponseMessage> SendAsync(CallScope scope, Repeat repeat, HttpMethod method, string path, byte[]? body, bool withToken)
    {
        string? traffic = sandbox.TrafficAccessToken;
        while (true)
        {
            HttpResponseMessage response = await sandbox.Client.Transport.SendAsync(
                repeat,
                (Service: this, scope.Context, method, path, body, traffic, withToken),
                static s => s.Service.NewRequest(s.Context, s.method, s.path, s.body, s.traffic, s.withToken),
                scope.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                E2BException error = await ErrorOf(scope, response).ConfigureAwait(false);
                if (traffic is null && response.StatusCode == HttpStatusCode.Forbidden
                    && await TrafficToken.FindAsync(sandbox, scope.Token).ConfigureAwait(false) is { } found)
                {
                    traffic = found;
                    continue;
                }

                throw error;
            }
        }
    }

    private static Func<ReadOnlyMemory<byte>, T> Read<T>(JsonTypeInfo<T> type) =>
        body => JsonSerializer.Deserialize(body.Span, type) ?? throw new FramingException("The body is 'null'.");

    private async Task<T> CallAsync<T>(
        CallContext context, Repeat repeat, HttpMethod method, string path, byte[]? body, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        using var scope = new CallScope(context, requestTimeout: null, cancellationToken);
        try
        {
            using HttpResponseMessage response = await SendAsync(scope, repeat, method, path, body, withToken: false).ConfigureAwait(false);
            using ResponseBody answer = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return read(answer.Memory);
        }
        catch (JsonException e)
        {
            throw ErrorMapper.FromFraming(context, new FramingException($"The body is not the JSON expected: {e.Message}", e));
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw await sandbox.Daemon.TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage NewRequest(CallContext context, HttpMethod method, string path, byte[]? body, string? traffic, bool withToken)
    {
        var request = new HttpRequestMessage(method, new Uri(context.Server.AbsoluteUri.TrimEnd('/') + path))
        {
            // Giving up has to close the connection: a stream of HTTP/2 that is reset does not interrupt the kernel.
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        HttpRequestHeaders headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", Connection.UserAgent);
        headers.TryAddWithoutValidation(E2BHeaders.SandboxId, sandbox.SandboxId);
        headers.TryAddWithoutValidation(E2BHeaders.SandboxPort, CodeClient.Port.ToString(CultureInfo.InvariantCulture));
        if (traffic is not null)
        {
            headers.TryAddWithoutValidation(E2BHeaders.TrafficAccessToken, traffic);
        }

        if (withToken && context.SandboxToken is not null)
        {
            headers.TryAddWithoutValidation(E2BHeaders.AccessToken, context.SandboxToken);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = _json;
        }

        return request;
    }

    private async Task<E2BException> ErrorOf(CallScope scope, HttpResponseMessage response)
    {
        using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
        ErrorAnswer answer = ErrorAnswer.From(response, body.Span, Connection.Clock);
        if (answer.Status == 502 && answer.Message?.Contains("port is not open", StringComparison.OrdinalIgnoreCase) == true)
        {
            return ErrorMapper.NoCodeInterpreter(scope.Context, sandbox.Template, answer.Status);
        }

        E2BException error = ErrorMapper.FromStatus(scope.Context, answer, fromDaemon: true);
        return error is E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded } ? ErrorMapper.NotRunning(scope.Context, error) : error;
    }
}

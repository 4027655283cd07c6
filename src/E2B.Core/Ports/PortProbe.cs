using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using E2B.Errors;
using E2B.Protocol;
using E2B.Transport;

namespace E2B.Ports;

/// <summary>Asks a port over HTTP, as a user of its URL does, until a program answers, whatever it says.</summary>
internal static class PortProbe
{
    private const int MaxBody = 16 * 1024;

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(2);

    private enum Answer
    {
        FromProgram,
        NotOpen,
        NoSandbox,
        WantsToken,
    }

    public static async Task WaitAsync(Sandbox sandbox, int port, CancellationToken cancellationToken)
    {
        Uri url = await PortUrls.GetAsync(sandbox, port, cancellationToken).ConfigureAwait(false);
        string? token = sandbox.TrafficAccessToken;
        for (TimeSpan pause = _firstPause; ; pause = pause * 1.5 < _longestPause ? pause * 1.5 : _longestPause)
        {
            switch (await AskAsync(sandbox, port, url, token, cancellationToken).ConfigureAwait(false))
            {
                case Answer.FromProgram:
                    return;
                case Answer.NoSandbox:
                    await ThrowUnlessRunningAsync(sandbox, port, cancellationToken).ConfigureAwait(false);
                    break;
                case Answer.WantsToken when token is null && await TrafficToken.FindAsync(sandbox, cancellationToken).ConfigureAwait(false) is { } found:
                    token = found;
                    continue;
                case Answer.WantsToken:
                    // It is the edge that refuses. Nobody else can say more.
                    return;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<Answer> AskAsync(Sandbox sandbox, int port, Uri url, string? token, CancellationToken cancellationToken)
    {
        E2BConnection connection = sandbox.Client.Connection;
        var context = new CallContext(connection, url, $"ask port {port} of the sandbox {sandbox.SandboxId}", SandboxId: sandbox.SandboxId);

        // How long a program takes to answer is for the wait's own limit.
        using var scope = new CallScope(context, TimeSpan.Zero, cancellationToken);
        try
        {
            using HttpResponseMessage response = await sandbox.Client.Transport.SendAsync(
                Repeat.Unsent, (url, token, connection.UserAgent), static s => NewRequest(s.url, s.token, s.UserAgent), scope.Token).ConfigureAwait(false);
            return response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.Forbidden
                ? await JudgeAsync(response, scope.Token).ConfigureAwait(false)
                : Answer.FromProgram;
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            await ThrowUnlessRunningAsync(sandbox, port, cancellationToken).ConfigureAwait(false);

            // A program that listens before it is ready breaks connections off.
            return CallScope.IsBrokenConnection(e) ? Answer.NotOpen : throw scope.Translate(e);
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw scope.Translate(e);
        }
    }

    private static HttpRequestMessage NewRequest(Uri url, string? token, string userAgent)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.9));
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation(E2BHeaders.TrafficAccessToken, token);
        }

        return request;
    }

    /// <summary>The edge and the program answer at the same place; what the edge says is known, and names the sandbox.</summary>
    private static async Task<Answer> JudgeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength is > MaxBody || response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return Answer.FromProgram;
        }

        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(
                await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), cancellationToken: cancellationToken).ConfigureAwait(false);
            if (body.RootElement.ValueKind != JsonValueKind.Object
                || !body.RootElement.TryGetProperty("sandboxId", out _)
                || !body.RootElement.TryGetProperty("message", out JsonElement message)
                || message.GetString() is not { } said)
            {
                return Answer.FromProgram;
            }

            return (int)response.StatusCode switch
            {
                502 when said.Contains("port is not open", StringComparison.OrdinalIgnoreCase) => Answer.NotOpen,
                502 when said.Contains("sandbox was not found", StringComparison.OrdinalIgnoreCase) => Answer.NoSandbox,
                403 when said.Contains("traffic access token", StringComparison.OrdinalIgnoreCase) => Answer.WantsToken,
                _ => Answer.FromProgram,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Answer.FromProgram;
        }
    }

    private static async Task ThrowUnlessRunningAsync(Sandbox sandbox, int port, CancellationToken cancellationToken)
    {
        if (sandbox.Client.Connection.Debug)
        {
            return;
        }

        SandboxInfo info = await sandbox.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        if (info.State == SandboxState.Paused)
        {
            throw ErrorMapper.Paused(
                new CallContext(sandbox.Client.Connection, sandbox.Client.Connection.ApiUrl, $"wait for port {port}", SandboxId: sandbox.SandboxId), cause: null);
        }
    }
}

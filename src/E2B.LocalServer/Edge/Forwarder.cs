using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Authentication;
using E2B.LocalServer.ControlPlane;
using E2B.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace E2B.LocalServer.Edge;

/// <summary>
/// Passes one request into a sandbox and its answer back, both streaming and neither waiting for the other.
/// There are no time limits: a stream may say nothing for as long as it likes.
/// </summary>
internal static class Forwarder
{
    // A server that has never heard of "Expect" sends no 100: then the body goes without. curl waits as long.
    private static readonly TimeSpan _continueLimit = TimeSpan.FromSeconds(1);

    // How long a client may go on sending after it was answered.
    private static readonly TimeSpan _drainLimit = TimeSpan.FromSeconds(10);

    /// <exception cref="EdgeException">The sandbox gave no answer, and none was begun.</exception>
    public static async Task ForwardAsync(HttpContext context, SandboxAccess sandbox, EdgeTarget target, ForwardOptions options)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, sandbox.Ended);
        try
        {
            RequestHead head = RequestHead.Of(context, target, options.HostFor(target.Port));
            while (!await TryExchangeAsync(context, sandbox, target, options, head, linked))
            {
            }
        }
        catch (Exception) when (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            // Too late for an answer. A connection that breaks is the only way left to say that this was not all.
            context.Abort();
        }
        catch (Exception) when (sandbox.Ended.IsCancellationRequested)
        {
            throw EdgeException.SandboxNotFound(target.SandboxId);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException or AuthenticationException or OperationCanceledException)
        {
            throw EdgeException.PortClosed(target, e);
        }
    }

    /// <returns><see langword="false"/> when a kept connection turned out to be closed and nothing is lost by trying again.</returns>
    private static async Task<bool> TryExchangeAsync(
        HttpContext context, SandboxAccess sandbox, EdgeTarget target, ForwardOptions options, RequestHead request, CancellationTokenSource linked)
    {
        UpstreamConnection connection = await ConnectAsync(context.Request, sandbox, target, options, linked.Token);
        bool keep = false;
        using var pumpLife = CancellationTokenSource.CreateLinkedTokenSource(linked.Token);
        var goAhead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<bool> pump = Task.FromResult(true);
        try
        {
            ResponseHead answer;
            try
            {
                await connection.WriteAsync(request.Bytes, linked.Token);
                if (request.HasBody)
                {
                    pump = StartPump(context, connection, request, goAhead, linked, pumpLife.Token);
                }

                answer = await ReadFinalHeadAsync(connection, goAhead, linked.Token);
            }
            catch (Exception e) when (connection.IsReused && !request.HasBody && e is IOException && !linked.IsCancellationRequested)
            {
                return false;
            }

            if (answer.StatusCode == StatusCodes.Status101SwitchingProtocols)
            {
                await UpgradeAsync(context, connection, answer, request, linked.Token);
                return true;
            }

            var body = new ResponseBody(connection, answer, context.Request.Method);
            bool untilClosed = body.EndsWithConnection;
            CopyHead(answer, context.Response);
            await CopyBodyAsync(body, connection, context, linked.Token);
            if (request.HasBody && !(pump.IsCompletedSuccessfully && pump.Result))
            {
                await context.Response.CompleteAsync();
                await DrainAsync(pump, context.Request.BodyReader, linked.Token);
            }

            keep = target.Port == E2BDefaults.DaemonPort
                && answer.KeepsAlive && !untilClosed
                && pump.IsCompletedSuccessfully && pump.Result;
            return true;
        }
        finally
        {
            await pumpLife.CancelAsync();
            await ((Task)pump).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (keep)
            {
                sandbox.Agent.Return(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    private static async ValueTask<UpstreamConnection> ConnectAsync(
        HttpRequest request, SandboxAccess sandbox, EdgeTarget target, ForwardOptions options, CancellationToken cancellationToken)
    {
        if (target.Port == E2BDefaults.DaemonPort)
        {
            return await sandbox.Agent.TakeAsync(cancellationToken);
        }

        // Never kept: what listens there is the user's, and may be restarted at any moment.
        Stream stream = await PortConnection.OpenAsync(sandbox, target, cancellationToken);
        return new UpstreamConnection(
            options.IsHttps ? await PortConnection.SecureAsync(stream, HostNames.Name(request.Host), cancellationToken) : stream, options.MostHeadBytes);
    }

    private static async Task<bool> StartPump(
        HttpContext context, UpstreamConnection connection, RequestHead request, TaskCompletionSource goAhead, CancellationTokenSource linked, CancellationToken life)
    {
        if (!request.ExpectsContinue)
        {
            goAhead.TrySetResult();
        }

        await using ITimer? limit = request.ExpectsContinue
            ? TimeProvider.System.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), goAhead, _continueLimit, Timeout.InfiniteTimeSpan)
            : null;
        try
        {
            return await RequestBodyPump.RunAsync(context.Request.BodyReader, connection, request.IsChunked, goAhead.Task, life);
        }
        catch (Exception) when (!life.IsCancellationRequested)
        {
            // The client broke off in the middle of its request: there is nobody to answer.
            context.Abort();
            await linked.CancelAsync();
            throw;
        }
    }

    private static async ValueTask<ResponseHead> ReadFinalHeadAsync(UpstreamConnection connection, TaskCompletionSource goAhead, CancellationToken cancellationToken)
    {
        while (true)
        {
            ResponseHead head = await connection.ReadHeadAsync(cancellationToken);
            if (head.StatusCode is >= 200 or StatusCodes.Status101SwitchingProtocols)
            {
                return head;
            }

            if (head.StatusCode == StatusCodes.Status100Continue)
            {
                goAhead.TrySetResult();
            }
        }
    }

    /// <summary>
    /// Takes the rest of a request that was answered before it was all sent, as an upload to a full disk is. Most
    /// clients look for an answer only when they have sent everything: a closed connection would hide the reason.
    /// </summary>
    private static async Task DrainAsync(Task<bool> pump, PipeReader body, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_drainLimit);
        try
        {
            if (await pump.WaitAsync(limit.Token))
            {
                return;
            }

            while (true)
            {
                ReadResult read = await body.ReadAsync(limit.Token);
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It goes on for too long: then the connection has to end.
        }
    }

    private static void CopyHead(ResponseHead answer, HttpResponse response)
    {
        response.StatusCode = answer.StatusCode;
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = answer.Reason;
        bool noLength = answer.IsChunked || answer.StatusCode == StatusCodes.Status204NoContent;
        foreach ((string name, string value) in answer.Headers)
        {
            if (!answer.HopByHop.Contains(name) && !(noLength && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
            {
                response.Headers.Append(name, value);
            }
        }
    }

    private static async Task CopyBodyAsync(ResponseBody body, UpstreamConnection connection, HttpContext context, CancellationToken cancellationToken)
    {
        await context.Response.StartAsync(cancellationToken);
        if (body.IsComplete)
        {
            return;
        }

        PipeWriter writer = context.Response.BodyWriter;
        if (!connection.HasBuffered)
        {
            // The client learns at once that the stream is open, however long its first bytes take.
            await writer.FlushAsync(cancellationToken);
        }

        int size = 4 * 1024;
        while (true)
        {
            Memory<byte> block = writer.GetMemory(size);
            int read = await body.ReadAsync(block, cancellationToken);
            if (read == 0)
            {
                return;
            }

            writer.Advance(read);
            if ((await writer.FlushAsync(cancellationToken)).IsCompleted)
            {
                throw new IOException("the client is gone");
            }

            // Events are small and files are large: blocks grow while they are filled.
            size = read == block.Length ? Math.Min(size * 4, 256 * 1024) : size;
        }
    }

    // WebSockets and their like: from here on the bytes are nobody's business but the two ends'.
    private static async Task UpgradeAsync(HttpContext context, UpstreamConnection connection, ResponseHead answer, RequestHead request, CancellationToken cancellationToken)
    {
        IHttpUpgradeFeature? upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (!request.IsUpgrade || upgrade is null)
        {
            throw new InvalidDataException("the sandbox changed the protocol without being asked");
        }

        foreach ((string name, string value) in answer.Headers)
        {
            if (!name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers.Append(name, value);
            }
        }

        Stream client = await upgrade.UpgradeAsync();
        await client.WriteAsync(connection.TakeBuffered(), cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task up = client.CopyToAsync(connection.Stream, either.Token);
        Task down = connection.Stream.CopyToAsync(client, either.Token);
        await Task.WhenAny(up, down);
        await either.CancelAsync();
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

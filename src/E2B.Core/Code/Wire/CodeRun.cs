using System.Diagnostics;
using System.Text.Json;
using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Protocol.Rest;
using E2B.Transport;

namespace E2B.Code.Wire;

/// <summary>Code that runs, from its request to its end. Disposing of it before that closes the connection, which interrupts the code.</summary>
internal sealed class CodeRun : IDisposable
{
    /// <summary>Timers take no more; code that runs longer is asked about again when something came of it.</summary>
    private static readonly TimeSpan _longestTimer = TimeSpan.FromDays(40);

    private readonly Sandbox _sandbox;
    private readonly CallContext _context;
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _stop;
    private readonly NdjsonReader _lines;
    private TimeSpan _waited;
    private bool _isLimitNext;
    private bool _tellsItLives;
    private bool _ended;

    private CodeRun(Sandbox sandbox, CallContext context, HttpResponseMessage response, Stream body, TimeSpan limit, CancellationToken caller)
    {
        _sandbox = sandbox;
        _context = context;
        _response = response;
        _body = body;
        _limit = limit;
        _caller = caller;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _lines = new NdjsonReader(ReadBytesAsync);
    }

    private StreamTiming Timing => _sandbox.Client.Connection.Timing;

    /// <summary>Sends the code; returns when the answer begins.</summary>
    public static async Task<CodeRun> StartAsync(
        Sandbox sandbox, CodeService service, string code, CodeRunOptions options, CancellationToken cancellationToken)
    {
        TimeSpan limit = options.Timeout ?? CodeClient.DefaultTimeout;
        if (limit < TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException("The code's timeout is negative. Give a duration, or zero for no limit.");
        }

        if (options.Language is not null && options.ContextId is not null)
        {
            throw new E2BInvalidArgumentException("There are both a language and a context. A context has its language: give one of them.");
        }

        CallContext context = await service.ContextOf("run code", cancellationToken, options.ContextId).ConfigureAwait(false) with
        {
            AfterBreak = "Code whose reader is gone is interrupted; what it had done by then stays.",
        };
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new ExecuteRequest(code, options.ContextId, options.Language, options.Environment), RestJson.Default.ExecuteRequest);
        using var scope = new CallScope(context, options.RequestTimeout, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await service.SendAsync(scope, Repeat.Unsent, HttpMethod.Post, "/execute", body, withToken: true).ConfigureAwait(false);
            Stream answer = await response.Content.ReadAsStreamAsync(scope.Token).ConfigureAwait(false);
            return new CodeRun(sandbox, context, response, answer, limit, cancellationToken);
        }
        catch (Exception e)
        {
            response?.Dispose();
            if (CallScope.Knows(e))
            {
                throw await sandbox.Daemon.TranslateAsync(scope, e).ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>The next event; <see langword="null"/> when the code has ended.</summary>
    public async Task<CodeEvent?> ReadAsync()
    {
        try
        {
            while (!_ended)
            {
                ReadOnlyMemory<byte> line = await _lines.ReadLineAsync().ConfigureAwait(false)
                    ?? throw new FramingException("The stream ended without the line that says so.");
                (LineKind kind, CodeEvent? brought) = EventParser.Parse(line, _sandbox.SandboxId);
                switch (kind)
                {
                    case LineKind.Event:
                        return brought;
                    case LineKind.Keepalive:
                        _tellsItLives = true;
                        break;
                    case LineKind.End:
                        _ended = true;
                        await DrainAsync().ConfigureAwait(false);
                        break;
                }
            }

            return null;
        }
        catch (Exception e) when (e is TimeoutException || CallScope.Knows(e))
        {
            // The code is to be interrupted before anything is looked up.
            Dispose();
            throw await TranslateAsync(e).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _response.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// Reads for as long as the code may still run; shorter where its service has told that it says so regularly. Only
    /// this time counts: a reader that takes its own is none of the code's.
    /// </summary>
    private async ValueTask<int> ReadBytesAsync(Memory<byte> buffer)
    {
        TimeSpan wait = Timeout.InfiniteTimeSpan;
        if (_limit > TimeSpan.Zero)
        {
            wait = _limit - _waited;
            _isLimitNext = true;
            if (wait <= TimeSpan.Zero)
            {
                throw new TimeoutException();
            }
        }

        if (_tellsItLives && (wait == Timeout.InfiniteTimeSpan || wait > Timing.SilenceLimit))
        {
            wait = Timing.SilenceLimit;
            _isLimitNext = false;
        }

        long start = Stopwatch.GetTimestamp();
        _stop.CancelAfter(wait > _longestTimer ? Timeout.InfiniteTimeSpan : wait);
        int length = await _body.ReadAsync(buffer, _stop.Token).ConfigureAwait(false);
        _stop.CancelAfter(Timeout.InfiniteTimeSpan);
        _waited += Stopwatch.GetElapsedTime(start);
        return length;
    }

    /// <summary>Takes what follows the last line, the HTTP body's end, so that the connection can be used again.</summary>
    private async Task DrainAsync()
    {
        byte[] rest = new byte[256];
        _stop.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            while (await _body.ReadAsync(rest, _stop.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The code has ended; the connection is closed instead.
        }
    }

    private async Task<Exception> TranslateAsync(Exception failure)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException($"The call to {_context.Action} was cancelled; the code was interrupted.", failure, _caller);
        }

        if (_isLimitNext && failure is OperationCanceledException or TimeoutException)
        {
            return ErrorMapper.CodeTimedOut(_context, _limit, failure);
        }

        if (await FateAsync(failure).ConfigureAwait(false) is { } fate)
        {
            return fate;
        }

        return failure switch
        {
            OperationCanceledException => ErrorMapper.ConnectionLost(_context, Timing.SilenceLimit, knownToRun: true, failure),
            FramingException { InnerException: JsonException } framing => ErrorMapper.FromFraming(_context, framing),
            FramingException => ErrorMapper.CodeCutOff(_context, failure),
            HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => ErrorMapper.CodeCutOff(_context, failure),
            _ => ErrorMapper.FromTransport(_context, failure),
        };
    }

    /// <summary>Whether the sandbox itself is why there is no more to read.</summary>
    private async Task<E2BException?> FateAsync(Exception cause)
    {
        if (_sandbox.Client.Connection.Debug)
        {
            return null;
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_caller);
            limit.CancelAfter(Timing.AttemptLimit);
            SandboxInfo info = await _sandbox.GetInfoAsync(limit.Token).ConfigureAwait(false);
            return info.State == SandboxState.Paused ? ErrorMapper.Paused(_context, cause) : null;
        }
        catch (SandboxNotFoundException)
        {
            return ErrorMapper.EndedDuringCall(_context, cause);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // Nobody can say. What is known is said then.
            return null;
        }
    }
}

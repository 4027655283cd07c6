using System.Globalization;
using System.Text.Json;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Recovery;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B.Copies;

/// <summary>One request for forks. A fork has no mark of its own but the labels of its original, so a lost answer stays lost.</summary>
internal sealed class SandboxForking
{
    private const int MostForks = 100;

    private readonly E2BClient _client;
    private readonly ControlPlane _plane;
    private readonly string _sandboxId;
    private readonly ForkRequest _request;
    private readonly SandboxInfo? _original;

    public SandboxForking(E2BClient client, ControlPlane plane, string sandboxId, SandboxForkOptions options, SandboxInfo? original)
    {
        if (options.Count is < 1 or > MostForks)
        {
            throw new E2BInvalidArgumentException($"The number of forks is 1 to {MostForks}.");
        }

        _client = client;
        _plane = plane;
        _sandboxId = sandboxId;
        _request = new ForkRequest(SandboxModels.ToSeconds(options.Timeout), options.Count);
        _original = original;
    }

    private string Action => $"fork the sandbox {_sandboxId}";

    /// <summary>Sends it. Given up, it ends the forks that were made all the same: they would live on, and be billed.</summary>
    public Task<IReadOnlyList<SandboxForkResult>> SendAsync(CancellationToken cancellationToken) =>
        GivenUp.UndoAsync(ForkAsync, EndAsync, cancellationToken);

    private async Task<IReadOnlyList<SandboxForkResult>> ForkAsync(CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(_request, RestJson.Default.ForkRequest);
        RestCall call = SandboxOperations.About(_sandboxId, HttpMethod.Post, "/fork", "fork", Repeat.Refused, body);
        DateTimeOffset begin = DateTimeOffset.UtcNow;
        try
        {
            IReadOnlyList<ForkResultModel> results =
                await _plane.SendAsync(call, RestJson.Default.IReadOnlyListForkResultModel, cancellationToken).ConfigureAwait(false);
            return results.Select(ToResult).ToArray();
        }
        catch (SandboxNotFoundException e)
        {
            throw await _client.Sandboxes.IsPausedAsync(_sandboxId, cancellationToken).ConfigureAwait(false) ? ErrorMapper.IsPaused(Action, e) : e;
        }
        catch (E2BException e) when (LostAnswer.Of(e) != LostAnswerKind.NotDone)
        {
            string many = _request.Count == 1 ? "A fork" : string.Create(CultureInfo.InvariantCulture, $"Up to {_request.Count} forks");
            throw ErrorMapper.MayHaveHappened(e, string.Create(
                CultureInfo.InvariantCulture,
                $"{many} of {_sandboxId} may run all the same, until the end of {(_request.Count == 1 ? "its" : "their")} lifetime: with the same labels, started at {begin.UtcDateTime:HH:mm:ss} UTC or later. List the sandboxes to find what there is."));
        }
    }

    private SandboxForkResult ToResult(ForkResultModel result)
    {
        if (result.Sandbox is { } made)
        {
            return new SandboxForkResult(new Sandbox(
                _client, made.SandboxID, SandboxModels.ToAccess(made), isAccessKnown: true, SandboxModels.ToInfo(made, _request.Timeout, _original)));
        }

        var context = new CallContext(_client.Connection, _client.Connection.ApiUrl, Action, SandboxId: _sandboxId);
        return new SandboxForkResult(result.Error is { } error
            ? ErrorMapper.FromStatus(context, new ErrorAnswer(error.Code, error.Message, RetryAfter: null, RequestId: null, Location: null), fromDaemon: false)
            : new E2BException($"Could not {Action}: the server did not say why.") { SandboxId = _sandboxId });
    }

    private Task EndAsync(IReadOnlyList<SandboxForkResult> made, CancellationToken cancellationToken) => Task.WhenAll(
        made.Where(static one => one.IsSuccess).Select(one => _client.Sandboxes.KillAsync(one.Sandbox!.SandboxId, cancellationToken)));
}

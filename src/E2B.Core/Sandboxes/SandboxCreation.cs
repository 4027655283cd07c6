using System.Text.Json;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Recovery;
using E2B.Transport;

namespace E2B.Sandboxes;

/// <summary>
/// One create, of which there is to be one sandbox or none. It is never sent again where the server may have acted on
/// it: a sandbox whose answer got lost is looked for by the request's mark instead.
/// </summary>
internal sealed class SandboxCreation
{
    /// <summary>The waits before each look for a sandbox that a server may still be making. One that was too slow to answer gets more of the last.</summary>
    private static readonly TimeSpan[] _looks =
    [
        TimeSpan.Zero, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3),
    ];

    private static readonly TimeSpan _shortestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _longestLook = TimeSpan.FromSeconds(20);

    private readonly E2BClient _client;
    private readonly ControlPlane _plane;
    private readonly NewSandboxRequest _request;
    private readonly string _mark = RequestMark.NewValue();
    private string? _found;

    /// <summary>The time for all looks together: as long as the request could take, within reason.</summary>
    private TimeSpan LookLimit => _client.Connection.RequestTimeout switch
    {
        var none when none == TimeSpan.Zero => _longestLook,
        var timeout when timeout < _shortestLook => _shortestLook,
        var timeout when timeout > _longestLook => _longestLook,
        var timeout => timeout,
    };

    public SandboxCreation(E2BClient client, ControlPlane plane, NewSandboxRequest request)
    {
        _client = client;
        _plane = plane;
        _request = request with { Metadata = RequestMark.AddTo(request.Metadata, _mark) };
    }

    /// <summary>Sends it. Given up, it ends the sandbox that was made all the same: it would live on, and be billed.</summary>
    public Task<SandboxModel> SendAsync(CancellationToken cancellationToken) => GivenUp.UndoAsync(
        SendOrFindAsync, (made, token) => _client.Sandboxes.KillAsync(made.SandboxID, token), cancellationToken);

    private async Task<SandboxModel> SendOrFindAsync(CancellationToken cancellationToken)
    {
        var call = new RestCall(
            HttpMethod.Post,
            "/sandboxes",
            $"create a sandbox from the template '{_request.TemplateID}'",
            Repeat.Refused,
            JsonSerializer.SerializeToUtf8Bytes(_request, RestJson.Default.NewSandboxRequest));
        try
        {
            return await _plane.SendAsync(call, RestJson.Default.SandboxModel, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException e) when (LostAnswer.Of(e) != LostAnswerKind.NotDone)
        {
            return await FindAsync(LooksAfter(e), cancellationToken).ConfigureAwait(false)
                ?? throw (_found is null ? ErrorMapper.NotFoundAgain(e, _mark) : ErrorMapper.FoundInVain(e, _found));
        }
    }

    /// <summary>The waits before each look for a sandbox after a failure.</summary>
    private static IEnumerable<TimeSpan> LooksAfter(E2BException failure) => LostAnswer.Of(failure) switch
    {
        LostAnswerKind.IsOver => _looks.Take(1),
        _ when failure is E2BTimeoutException => _looks.Concat(Enumerable.Repeat(_looks[^1], int.MaxValue)),
        _ => _looks,
    };

    private async Task<SandboxModel?> FindAsync(IEnumerable<TimeSpan> looks, CancellationToken cancellationToken)
    {
        var filter = new SandboxListFilter
        {
            Metadata = new Dictionary<string, string> { [RequestMark.Key] = _mark },
            States = new[] { SandboxState.Running, SandboxState.Paused },

            // A fork has all labels of its original, the mark too. The original is the older one.
            OldestFirst = true,
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LookLimit);
        foreach (TimeSpan wait in looks)
        {
            try
            {
                await Task.Delay(wait, _client.Connection.Clock, limit.Token).ConfigureAwait(false);
                await foreach (SandboxInfo found in _client.Sandboxes.ListAsync(filter, limit.Token).ConfigureAwait(false))
                {
                    // What is there is not let go of because the time for looking is over.
                    _found = found.SandboxId;
                    return await AdoptAsync(found, cancellationToken).ConfigureAwait(false);
                }

                _found = null;
            }
            catch (E2BException)
            {
                // What broke the create may break this too: there is another look.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>A list does not tell tokens. Connecting does, and counts the lifetime from now, as the caller does.</summary>
    private Task<SandboxModel> AdoptAsync(SandboxInfo found, CancellationToken cancellationToken) => _plane.SendAsync(
        SandboxOperations.ConnectCall(found.SandboxId, _request.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null),
        RestJson.Default.SandboxModel,
        cancellationToken);
}

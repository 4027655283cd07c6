using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Recovery;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <summary>What can be done with snapshots. They outlive the sandboxes they were made of; <see cref="SandboxCreateOptions.Template"/> makes sandboxes from them.</summary>
/// <remarks>
/// Every method can throw <see cref="E2BAuthenticationException"/>, <see cref="E2BRateLimitException"/>,
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed class SnapshotOperations
{
    private readonly E2BClient _client;
    private readonly ControlPlane _plane;

    internal SnapshotOperations(E2BClient client)
    {
        _client = client;
        _plane = new ControlPlane(client);
    }

    /// <summary>Makes a snapshot of what a running sandbox has now. That one stands still meanwhile, and goes on.</summary>
    /// <remarks>
    /// The cloud keeps memory and processes too, the local server files alone. The request is sent again only where
    /// the server cannot have acted on it; when its answer got lost, the error says that there may be a snapshot.
    /// </remarks>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="name"><c>name</c> or <c>name:tag</c>; what had that name and tag before is replaced. <see langword="null"/> for a snapshot that only has an id.</param>
    /// <param name="cancellationToken">Gives up. A snapshot without a name that is made all the same within 5 s is deleted again.</param>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    /// <exception cref="E2BConflictException">The sandbox is paused, or something else is being done with it.</exception>
    /// <exception cref="E2BInvalidArgumentException">It can be no name, or the name is another's.</exception>
    public Task<SnapshotInfo> CreateAsync(string sandboxId, string? name = null, CancellationToken cancellationToken = default)
    {
        SandboxOperations.RequireId(sandboxId);
        return string.IsNullOrEmpty(name)
            ? GivenUp.UndoAsync(
                token => SendCreateAsync(sandboxId, null, token), (made, token) => DeleteAsync(made.SnapshotId, token), cancellationToken)
            // A name may have had other tags before: deleting would take these too.
            : SendCreateAsync(sandboxId, name, cancellationToken);
    }

    /// <summary>Lists snapshots. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <remarks>A snapshot with several tags is listed once.</remarks>
    /// <param name="filter">Which ones; <see langword="null"/> means all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<SnapshotInfo> ListAsync(
        SnapshotListFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        filter ??= new SnapshotListFilter();
        IAsyncEnumerable<SnapshotModel> models = _plane.ListAsync(
            "/snapshots" + ToQuery(filter), "list snapshots", RestJson.Default.IReadOnlyListSnapshotModel, cancellationToken);
        await foreach (SnapshotModel model in models.ConfigureAwait(false))
        {
            yield return ToInfo(model, filter.SandboxId);
        }
    }

    /// <summary>Deletes a snapshot, with all its tags. The service has one way to delete templates and snapshots: a template's name or id deletes that.</summary>
    /// <param name="snapshotId">The snapshot's id or name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was not there.</returns>
    /// <exception cref="E2BConflictException">There are sandboxes that were made from it.</exception>
    public async Task<bool> DeleteAsync(string snapshotId, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(snapshotId))
        {
            throw new E2BInvalidArgumentException("The snapshot's id is empty.");
        }

        try
        {
            var call = new RestCall(HttpMethod.Delete, $"/templates/{Uri.EscapeDataString(snapshotId)}", $"delete the snapshot {snapshotId}", Repeat.Safe);
            await _plane.SendAsync(call, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (E2BNotFoundException)
        {
            return false;
        }
    }

    private async Task<SnapshotInfo> SendCreateAsync(string sandboxId, string? name, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new NewSnapshotRequest(name), RestJson.Default.NewSnapshotRequest);
        RestCall call = SandboxOperations.About(sandboxId, HttpMethod.Post, "/snapshots", "make a snapshot of", Repeat.Refused, body);
        try
        {
            return ToInfo(await _plane.SendAsync(call, RestJson.Default.SnapshotModel, cancellationToken).ConfigureAwait(false), sandboxId);
        }
        catch (SandboxNotFoundException e)
        {
            // What is paused cannot be copied, which the service says with these words too.
            throw await _client.Sandboxes.IsPausedAsync(sandboxId, cancellationToken).ConfigureAwait(false) ? ErrorMapper.IsPaused(call.Action, e) : e;
        }
        catch (E2BException e) when (LostAnswer.Of(e) != LostAnswerKind.NotDone)
        {
            throw ErrorMapper.MayHaveHappened(
                e, $"The snapshot {(name is null ? string.Empty : $"'{name}' ")}may have been made all the same: list the snapshots of {sandboxId} before repeating it.");
        }
    }

    private static SnapshotInfo ToInfo(SnapshotModel model, string? sandboxId) =>
        new() { SnapshotId = model.SnapshotID, Names = model.Names ?? [], SourceSandboxId = string.IsNullOrEmpty(sandboxId) ? null : sandboxId };

    private static string ToQuery(SnapshotListFilter filter)
    {
        if (filter.PageSize is < 1)
        {
            throw new E2BInvalidArgumentException("A page has at least one snapshot.");
        }

        (string Name, string? Value)[] query =
            [("sandboxID", filter.SandboxId), ("name", filter.Name), ("limit", filter.PageSize?.ToString(CultureInfo.InvariantCulture))];
        string text = string.Join('&', query.Where(static one => !string.IsNullOrEmpty(one.Value)).Select(static one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}"));
        return text.Length == 0 ? text : "?" + text;
    }
}

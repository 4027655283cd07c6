using System.Text.Json;
using E2B.Networking;
using E2B.Protocol.Rest;
using E2B.Transport;

namespace E2B;

public sealed partial class SandboxOperations
{
    /// <summary>Replaces the rules for traffic out of a running sandbox, at once and as a whole: what <paramref name="update"/> leaves out is cleared.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="update">The rules from now on. <see cref="SandboxNetworkInfo.ToUpdate"/> of <see cref="GetAsync"/> starts from those there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BInvalidArgumentException">A rule cannot be.</exception>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    /// <exception cref="E2BConflictException">The sandbox does not run.</exception>
    public Task UpdateNetworkAsync(string sandboxId, SandboxNetworkUpdate update, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        ArgumentNullException.ThrowIfNull(update);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(NetworkModels.ToModel(update), RestJson.Default.NetworkModel);
        return _plane.SendAsync(About(sandboxId, HttpMethod.Put, "/network", "change the network of", Repeat.Safe, body), cancellationToken);
    }
}

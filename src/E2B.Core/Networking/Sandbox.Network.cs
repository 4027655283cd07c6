namespace E2B;

public sealed partial class Sandbox
{
    /// <summary>Replaces the rules for traffic out of the sandbox, at once and as a whole: what <paramref name="update"/> leaves out is cleared.</summary>
    /// <param name="update">The rules from now on. <see cref="SandboxNetworkInfo.ToUpdate"/> of <see cref="GetInfoAsync"/> starts from those there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BInvalidArgumentException">A rule cannot be.</exception>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    /// <exception cref="E2BConflictException">The sandbox does not run.</exception>
    public Task UpdateNetworkAsync(SandboxNetworkUpdate update, CancellationToken cancellationToken = default) =>
        Client.Sandboxes.UpdateNetworkAsync(SandboxId, update, cancellationToken);
}

namespace E2B;

public sealed partial class Sandbox
{
    /// <summary>The rules for its network; <see langword="null"/> where they are not known, as after a create or from a list.</summary>
    public SandboxNetworkInfo? Network => Facts.Info?.Network;

    /// <summary>Whether it reaches the internet, where its maker said so; <see langword="null"/> otherwise, and where it is not known, as from a list.</summary>
    public bool? AllowInternetAccess => Facts.Info?.AllowInternetAccess;

    /// <summary>What happens at the end of its lifetime, <c>kill</c> or <c>pause</c>; <see langword="null"/> where that is not known, as from a list.</summary>
    public string? OnTimeout => Facts.Info?.OnTimeout;

    /// <summary>Whether traffic wakes it once it is paused; <see langword="null"/> where that is not known, as from a list.</summary>
    public bool? AutoResume => Facts.Info?.AutoResume;

    /// <summary>Replaces the rules for traffic out of the sandbox, at once and as a whole: what <paramref name="update"/> leaves out is cleared.</summary>
    /// <param name="update">The rules from now on. <see cref="SandboxNetworkInfo.ToUpdate"/> of <see cref="GetInfoAsync"/> starts from those there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BInvalidArgumentException">A rule cannot be.</exception>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    /// <exception cref="E2BConflictException">The sandbox does not run.</exception>
    public Task UpdateNetworkAsync(SandboxNetworkUpdate update, CancellationToken cancellationToken = default) =>
        Client.Sandboxes.UpdateNetworkAsync(SandboxId, update, cancellationToken);
}

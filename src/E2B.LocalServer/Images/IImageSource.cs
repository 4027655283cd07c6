namespace E2B.LocalServer.Images;

/// <summary>Where template builds get images of registries from. Several builds may ask at once.</summary>
internal interface IImageSource
{
    /// <summary>Finds out which content an image's name stands for at the moment, for this machine's architecture.</summary>
    /// <returns>Its digest, <c>sha256:…</c>. Builds reuse what they have unpacked before of the same digest.</returns>
    /// <exception cref="ImageException">It cannot be had; the message is for the user.</exception>
    Task<string> ResolveAsync(ImageRequest request, CancellationToken cancellationToken);

    /// <summary>Unpacks an image as the whole root of sandboxes.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="digest">What <see cref="ResolveAsync"/> said of it: exactly this content.</param>
    /// <param name="folder">
    /// Made by the callee, which removes it again when it fails: the image's root, owners as inside (0 is root), with
    /// everything that a sandbox needs to start there: mount points such as /proc and those of the agent below /.e2b,
    /// /etc/hosts and /etc/resolv.conf (see <see cref="Network.SandboxFiles"/>). The user <c>user</c> is made afterwards,
    /// in a sandbox.
    /// </param>
    /// <param name="log">Takes lines for the build's log.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>What the image says of how it is to be used.</returns>
    /// <exception cref="ImageException">It cannot be had or used; the message is for the user.</exception>
    Task<ImageConfiguration> UnpackAsync(ImageRequest request, string digest, string folder, Action<string> log, CancellationToken cancellationToken);
}

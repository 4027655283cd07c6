using E2B.Files;
using E2B.Transport;

namespace E2B;

public sealed partial class FilesClient
{
    /// <summary>A URL from which anybody can download a file (GET), without a key or token.</summary>
    /// <remarks>Where the sandbox has an access token, the URL is signed with it; nothing is sent to make it. Whether there is such a file shows when it is used.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, and for how long.</param>
    /// <param name="cancellationToken">Gives up, where the sandbox's access token has to be asked for first.</param>
    /// <exception cref="E2BInvalidArgumentException">The path is empty; <see cref="FileUrlOptions.Expires"/> is not positive, or set for a sandbox without an access token.</exception>
    public Task<Uri> GetDownloadUrlAsync(string path, FileUrlOptions? options = null, CancellationToken cancellationToken = default) =>
        GetUrlAsync(FileAddress.Require(path), "read", options, cancellationToken);

    /// <summary>A URL to which anybody can upload a file (POST), without a key or token.</summary>
    /// <remarks>
    /// The body is the file itself as <c>application/octet-stream</c>, or a form (<c>multipart/form-data</c>) with the file in the field <c>file</c>.
    /// Where the sandbox has an access token, the URL is signed with it; nothing is sent to make it.
    /// </remarks>
    /// <param name="path">The file. <see langword="null"/> leaves it to the form: then whoever has the URL can write every file that the user can write.</param>
    /// <param name="options">As whom, and for how long.</param>
    /// <param name="cancellationToken">Gives up, where the sandbox's access token has to be asked for first.</param>
    /// <exception cref="E2BInvalidArgumentException">The path is empty; <see cref="FileUrlOptions.Expires"/> is not positive, or set for a sandbox without an access token.</exception>
    public Task<Uri> GetUploadUrlAsync(string? path, FileUrlOptions? options = null, CancellationToken cancellationToken = default) =>
        GetUrlAsync(path is null ? string.Empty : FileAddress.Require(path), "write", options, cancellationToken);

    private async Task<Uri> GetUrlAsync(string path, string operation, FileUrlOptions? options, CancellationToken cancellationToken)
    {
        if (options?.Expires <= TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException("The time for which the URL works is not positive. Give a duration, or none for as long as the sandbox lives.");
        }

        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        if (options?.Expires is not null && endpoint.Access.AccessToken is null)
        {
            throw new E2BInvalidArgumentException(
                $"The sandbox {_sandbox.SandboxId} has no access token to sign with, so its URLs work for everybody and do not expire. Leave the time away, or make the sandbox secure.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }

        long? expiration = options?.Expires is { } lifetime
            ? Daemon.Clock.GetUtcNow().ToUnixTimeSeconds() + (long)Math.Ceiling(lifetime.TotalSeconds)
            : null;
        return FileAddress.UrlOf(
            endpoint, _sandbox.Client.Connection.GetDirectDaemonUrl(_sandbox.SandboxId, endpoint.Access.Domain), path, operation, options?.User, expiration);
    }
}

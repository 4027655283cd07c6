using System.Text.Json;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Transport;

namespace E2B;

/// <summary>Extending the lifetime.</summary>
public sealed partial class SandboxOperations
{
    /// <summary>The most that one call of <see cref="ExtendAsync"/> gives: what the service allows.</summary>
    public static readonly TimeSpan LongestExtension = TimeSpan.FromHours(1);

    /// <summary>Has a running sandbox live at least so long from now on. A longer lifetime stays as it is. In debug mode nothing happens.</summary>
    /// <remarks>Unlike <see cref="ConnectAsync"/> it wakes no paused sandbox. The service gives 15 s at least.</remarks>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="lifetime">How long, 1 hour at the most, rounded up to whole seconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BInvalidArgumentException"><paramref name="lifetime"/> is not positive, or longer than <see cref="LongestExtension"/>.</exception>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox, or it is paused.</exception>
    public Task ExtendAsync(string sandboxId, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        if (lifetime <= TimeSpan.Zero || lifetime > LongestExtension)
        {
            throw new E2BInvalidArgumentException("A lifetime is extended by more than nothing, and by 1 hour at the most.");
        }

        if (_client.Connection.Debug)
        {
            return Task.CompletedTask;
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new RefreshRequest((int)Math.Ceiling(lifetime.TotalSeconds)), RestJson.Default.RefreshRequest);
        return _plane.SendAsync(
            About(sandboxId, HttpMethod.Post, "/refreshes", "extend the lifetime of", Repeat.Safe, body) with { Missing = Missing.RunningSandbox },
            cancellationToken);
    }
}

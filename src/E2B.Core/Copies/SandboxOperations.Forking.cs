using E2B.Copies;

namespace E2B;

/// <content>Forks of sandboxes.</content>
public sealed partial class SandboxOperations
{
    /// <summary>Makes sandboxes that have what a running one has now. That one stands still for a moment, and goes on.</summary>
    /// <remarks>
    /// They have its labels, its rules and its template. The cloud copies memory and processes too, the local server
    /// files alone. The request is sent again only where the server cannot have acted on it; forks whose answer got
    /// lost cannot be told from others, so the error says what may be there.
    /// </remarks>
    /// <param name="sandboxId">The sandbox to fork.</param>
    /// <param name="options">How many, and for how long; <see langword="null"/> means one for 300 s.</param>
    /// <param name="cancellationToken">Gives up. Forks that are made all the same within 5 s are ended again.</param>
    /// <returns>One result for each fork asked for: each is made, or fails, by itself.</returns>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    /// <exception cref="E2BConflictException">The sandbox is paused, or something else is being done with it.</exception>
    public Task<IReadOnlyList<SandboxForkResult>> ForkAsync(
        string sandboxId, SandboxForkOptions? options = null, CancellationToken cancellationToken = default) =>
        ForkLikeAsync(sandboxId, options, original: null, cancellationToken);

    /// <summary>The same, with what is known of the original: it is true of the forks too.</summary>
    internal Task<IReadOnlyList<SandboxForkResult>> ForkLikeAsync(
        string sandboxId, SandboxForkOptions? options, SandboxInfo? original, CancellationToken cancellationToken)
    {
        RequireId(sandboxId);
        return new SandboxForking(_client, _plane, sandboxId, options ?? new SandboxForkOptions(), original).SendAsync(cancellationToken);
    }
}

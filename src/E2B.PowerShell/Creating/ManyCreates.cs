namespace E2B.PowerShell.Creating;

/// <summary>Makes several sandboxes of one kind, some at a time.</summary>
/// <param name="sandboxes">Where they are made.</param>
/// <param name="options">What each is to be.</param>
/// <param name="count">How many.</param>
/// <param name="limit">How many at a time.</param>
/// <param name="allowPartial">Whether those that could be made count where others could not.</param>
internal sealed class ManyCreates(SandboxOperations sandboxes, SandboxCreateOptions options, int count, int limit, bool allowPartial)
{
    /// <summary>How long ending what is not wanted any more may take.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(10);

    private readonly List<Exception> _failures = [];

    /// <summary>Why some could not be made.</summary>
    public IReadOnlyList<Exception> Failures => _failures;

    /// <summary>Makes them. All or none, unless some are enough; none when it is given up.</summary>
    public async Task<IReadOnlyList<Sandbox>> RunAsync(CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var slots = new SemaphoreSlim(limit);
        Sandbox?[] all = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => MakeAsync(slots, enough, cancellationToken))).ConfigureAwait(false);
        Sandbox[] made = [.. all.OfType<Sandbox>()];
        if (cancellationToken.IsCancellationRequested || (_failures.Count > 0 && !allowPartial))
        {
            IReadOnlyList<string> left = await EndAsync(made).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _failures[0] = Described(_failures[0], left);
            return [];
        }

        return made;
    }

    private async Task<Sandbox?> MakeAsync(SemaphoreSlim slots, CancellationTokenSource enough, CancellationToken cancellationToken)
    {
        bool mayMake = false;
        try
        {
            await slots.WaitAsync(enough.Token).ConfigureAwait(false);
            mayMake = true;
            return await sandboxes.CreateAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is: leaving here would leave behind what the others make.
            lock (_failures)
            {
                _failures.Add(e);
            }

            if (!allowPartial)
            {
                // No other is begun, which would be made to be ended. Those under way are waited for: what is given up may be made all the same.
                await enough.CancelAsync().ConfigureAwait(false);
            }

            return null;
        }
        finally
        {
            if (mayMake)
            {
                slots.Release();
            }
        }
    }

    /// <summary>Ends those that were made, and names those that could not be ended.</summary>
    private static async Task<IReadOnlyList<string>> EndAsync(IReadOnlyList<Sandbox> made)
    {
        using var end = new CancellationTokenSource(_endLimit);
        string?[] left = await Task.WhenAll(made.Select(async sandbox =>
        {
            try
            {
                await sandbox.KillAsync(end.Token).ConfigureAwait(false);
                return null;
            }
            catch (Exception e) when (e is E2BException or OperationCanceledException)
            {
                return sandbox.SandboxId;
            }
        })).ConfigureAwait(false);
        return [.. left.OfType<string>()];
    }

    private Exception Described(Exception failure, IReadOnlyList<string> left)
    {
        string rest = left.Count == 0
            ? $"None of the {count} was left; -AllowPartial keeps those that can be made."
            : $"Those that were made were ended, but for {string.Join(", ", left)}, which could not be: end them by Remove-E2BSandbox.";
        string message = $"{failure.Message} {rest}";
        return failure switch
        {
            E2BRateLimitException limited => new E2BRateLimitException(message, failure) { RetryAfter = limited.RetryAfter },
            E2BAuthenticationException => new E2BAuthenticationException(message, failure),
            E2BInvalidArgumentException => new E2BInvalidArgumentException(message, failure),
            E2BNotFoundException => new E2BNotFoundException(message, failure),
            E2BTimeoutException late => new E2BTimeoutException(late.Kind, message, failure) { Limit = late.Limit },
            E2BUnreachableException => new E2BUnreachableException(message, failure),
            _ => failure,
        };
    }
}

namespace E2B.Sandboxes;

/// <summary>Waits for a sandbox's state, by asking the control plane now and then: it has no way to tell by itself.</summary>
internal static class StateWait
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);

    /// <returns>What the control plane says then; <see langword="null"/> when the sandbox is gone.</returns>
    public static async Task<SandboxInfo?> RunAsync(Sandbox sandbox, SandboxState state, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = _firstPause; ; pause = pause * 1.5 < _longestPause ? pause * 1.5 : _longestPause)
        {
            SandboxInfo info;
            try
            {
                info = await sandbox.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxNotFoundException) when (state == SandboxState.Ended)
            {
                return null;
            }

            if (info.State == state)
            {
                return info;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }
}

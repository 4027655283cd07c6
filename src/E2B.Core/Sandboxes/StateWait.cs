using E2B.Recovery;

namespace E2B.Sandboxes;

/// <summary>Waits for a sandbox's state, by asking the control plane now and then: it has no way to tell by itself.</summary>
internal static class StateWait
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);

    /// <returns>What the control plane says then; <see langword="null"/> when the sandbox is gone.</returns>
    public static async Task<SandboxInfo?> RunAsync(Sandbox sandbox, SandboxState state, CancellationToken cancellationToken)
    {
        bool isFirst = true;
        for (TimeSpan pause = _firstPause; ; pause = pause * 1.5 < _longestPause ? pause * 1.5 : _longestPause)
        {
            SandboxInfo info;
            try
            {
                // Who cannot reach the service at all is told so at once.
                info = isFirst
                    ? await sandbox.GetInfoAsync(cancellationToken).ConfigureAwait(false)
                    : await SteadyAsking.RunAsync(sandbox.Client.Connection, sandbox.GetInfoAsync, cancellationToken).ConfigureAwait(false);
                isFirst = false;
            }
            catch (SandboxNotFoundException) when (state == SandboxState.Ended)
            {
                sandbox.Note(static facts => facts.Ended());
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

using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Ports;

/// <summary>A tunnel from its beginning to its end, which is when it is told to stop or the sandbox is gone.</summary>
internal sealed class TunnelRun(PortTunnel tunnel, Sandbox sandbox)
{
    public async Task<bool> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        await using (tunnel.ConfigureAwait(false))
        {
            var told = new HashSet<PortTunnelFailureReason>();
            await foreach (PortTunnelFailure failure in tunnel.ReadFailuresAsync(stop).ConfigureAwait(false))
            {
                // A program that tries again and again would say the same again and again.
                if (told.Add(failure.Reason))
                {
                    await writer.WarningAsync(failure.Reason == PortTunnelFailureReason.NothingListens
                        ? failure.Message + " So will others be, without a word, until a program listens there."
                        : failure.Message).ConfigureAwait(false);
                }
            }

            try
            {
                await tunnel.Completion.WaitAsync(stop).ConfigureAwait(false);
                return true;
            }
            catch (E2BException e)
            {
                await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
                return false;
            }
        }
    }
}

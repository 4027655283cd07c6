using System.Management.Automation;
using E2B.PowerShell.Code;

namespace E2B.PowerShell.Commands;

/// <summary>Starts the kernels of contexts anew: their variables are gone.</summary>
[Cmdlet(VerbsLifecycle.Restart, "E2BCodeContext", SupportsShouldProcess = true)]
public sealed class RestartE2BCodeContextCommand : CodeContextCmdlet
{
    private protected override string What => "Restart the code context";

    private protected override async Task<bool> WorkAsync(CodeClient code, string id, CancellationToken stop)
    {
        try
        {
            await code.RestartContextAsync(id, stop).ConfigureAwait(false);
            return true;
        }
        catch (CodeContextNotFoundException)
        {
            return false;
        }
    }
}

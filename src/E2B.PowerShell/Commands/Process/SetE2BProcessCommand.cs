using System.Management.Automation;
using E2B.PowerShell.Processes;

namespace E2B.PowerShell.Commands;

/// <summary>Changes the size of a process's terminal.</summary>
[Cmdlet(VerbsCommon.Set, "E2BProcess", SupportsShouldProcess = true)]
public sealed class SetE2BProcessCommand : ProcessCmdlet
{
    /// <summary>The terminal's width in characters.</summary>
    [Parameter(Mandatory = true)]
    [ValidateRange(1, ushort.MaxValue)]
    public int Columns { get; set; }

    /// <summary>The terminal's height in lines.</summary>
    [Parameter(Mandatory = true)]
    [ValidateRange(1, ushort.MaxValue)]
    public int Rows { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (E2BProcess process in ResolveProcesses())
        {
            if (ShouldProcess($"{process.Pid} in sandbox {process.SandboxId}", $"Set the terminal's size to {Columns} x {Rows}"))
            {
                TryAwait(
                    async token =>
                    {
                        await WithRequestTimeout(process.Sandbox).Pty.ResizeAsync(process.Pid, Columns, Rows, token).ConfigureAwait(false);
                        return true;
                    },
                    process,
                    out _);
            }
        }
    }
}

using System.Management.Automation;
using E2B.PowerShell.Files;

namespace E2B.PowerShell.Commands;

/// <summary>Looks at files and directories in a sandbox, as Get-Item does at local ones.</summary>
[Cmdlet(VerbsCommon.Get, "E2BItem")]
[OutputType(typeof(SandboxEntry))]
public sealed class GetE2BItemCommand : EntryCmdlet
{
    /// <summary>Wildcards stand for names that begin with a dot too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        // What a piped entry says may be old by now: it is asked for anew.
        foreach ((_, SandboxEntry entry) in Find([.. targets.Select(static target => target with { Entry = null })], Force))
        {
            WriteObject(entry);
        }
    }
}

using System.Management.Automation;
using E2B.PowerShell.Code;

namespace E2B.PowerShell.Commands;

/// <summary>Ends contexts of code interpreters, with all they hold.</summary>
[Cmdlet(VerbsCommon.Remove, "E2BCodeContext", SupportsShouldProcess = true)]
public sealed class RemoveE2BCodeContextCommand : CodeContextCmdlet
{
    private protected override string What => "Remove the code context";

    private protected override Task<bool> WorkAsync(CodeClient code, string id, CancellationToken stop) => code.RemoveContextAsync(id, stop);
}

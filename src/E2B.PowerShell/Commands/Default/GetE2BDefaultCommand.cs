using System.Management.Automation;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Shows what the cmdlets of this session assume when a parameter is not given.</summary>
[Cmdlet(VerbsCommon.Get, "E2BDefault")]
[OutputType(typeof(E2BDefault))]
public sealed class GetE2BDefaultCommand : E2BCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(E2BSession.Current.Defaults);
}

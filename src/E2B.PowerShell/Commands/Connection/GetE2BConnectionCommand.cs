using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Shows the connection that the cmdlets of this session use. No secret is part of it.</summary>
[Cmdlet(VerbsCommon.Get, "E2BConnection")]
[OutputType(typeof(E2BConnection))]
public sealed class GetE2BConnectionCommand : E2BCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            WriteObject(Connections.Resolve(null, E2BSession.Current));
        }
        catch (E2BException e)
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
        }
    }
}

using System.Management.Automation;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Forgets the session's connection and its default sandbox. Sandboxes run on.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "E2B")]
public sealed class DisconnectE2BCommand : E2BCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        E2BSession session = E2BSession.Current;
        session.Connection = null;
        session.FromEnvironment = null;
        session.Defaults = session.Defaults with { Sandbox = null };
    }
}

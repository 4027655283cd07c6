using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Forgets the session's connection and its default sandbox, and a stored profile if asked to. Sandboxes run on.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "E2B", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
public sealed class DisconnectE2BCommand : E2BCmdlet
{
    /// <summary>Remove the profile from the file too.</summary>
    [Parameter]
    public SwitchParameter Remove { get; set; }

    /// <summary>With -Remove: which profile, if not the one in use.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileNameCompleter))]
    public string? ProfileName { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        E2BSession session = E2BSession.Current;
        if (ProfileName is not null && !Remove)
        {
            Refuse("E2BNoRemove", "-ProfileName says which profile -Remove removes. Give both, or neither.", ProfileName);
        }

        string? inUse = session.Connection?.Profile;
        string profile = ProfileName ?? inUse ?? ProfileFile.DefaultName;
        if (!ShouldProcess(Remove ? profile : "this session", Remove ? $"Disconnect, and remove the profile from '{ProfileFile.Location}'" : "Disconnect"))
        {
            return;
        }

        // Another profile than the one in use goes without a word to the session.
        if (!Remove || inUse is null || string.Equals(inUse, profile, StringComparison.OrdinalIgnoreCase))
        {
            session.Connection = null;
            session.FromEnvironment = null;
            session.Defaults = session.Defaults with { Sandbox = null };
        }

        if (Remove)
        {
            RemoveProfile(profile);
        }
    }

    private void RemoveProfile(string profile)
    {
        try
        {
            if (!ProfileFile.Remove(profile))
            {
                WriteError(ErrorFactory.Create(ProfileFile.Missing(profile), profile));
            }
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, profile));
        }
    }
}

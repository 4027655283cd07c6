using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Shows the connection that the cmdlets of this session use, or stored profiles, and where each value came from. No secret is part of it.</summary>
[Cmdlet(VerbsCommon.Get, "E2BConnection")]
[OutputType(typeof(E2BConnection))]
public sealed class GetE2BConnectionCommand : E2BCmdlet
{
    /// <summary>Stored profiles instead of the connection in force.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProfileNameCompleter))]
    public string[] ProfileName { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        E2BSession session = E2BSession.Current;
        try
        {
            if (ProfileName.Length == 0)
            {
                WriteObject(Connections.Resolve(null, session));
                while (session.TryTakeWarning(out string? warning))
                {
                    WriteWarning(warning);
                }

                return;
            }

            foreach (string name in ProfileName.SelectMany(Expand))
            {
                WriteProfile(name);
            }
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
        }
    }

    private static IEnumerable<string> Expand(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return [name];
        }

        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        return ProfileFile.Names().Where(pattern.IsMatch);
    }

    /// <summary>A profile that cannot be used says nothing about the others.</summary>
    private void WriteProfile(string name)
    {
        try
        {
            WriteObject(E2BConnection.Resolve(StoredAccount.OptionsOf(name)));
        }
        catch (E2BException e)
        {
            WriteError(ErrorFactory.Create(e, name));
        }
    }
}

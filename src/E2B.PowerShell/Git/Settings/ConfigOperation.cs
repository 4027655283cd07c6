using System.Management.Automation;

namespace E2B.PowerShell.Git.Settings;

/// <summary>The base of operations on git's settings.</summary>
public abstract class ConfigOperation : GitOperation
{
    /// <summary>Where the setting is kept.</summary>
    [Parameter]
    public GitConfigScope Scope { get; set; }

    private protected GitConfigOptions Options(GitContext context)
    {
        GitConfigOptions options = context.Options<GitConfigOptions>();
        options.Scope = Scope;
        options.Path = Scope == GitConfigScope.Local ? context.Path : null;
        return options;
    }
}

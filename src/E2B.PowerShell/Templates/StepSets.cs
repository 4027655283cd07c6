namespace E2B.PowerShell.Templates;

/// <summary>The parameter sets of Add-E2BTemplateStep, one for each kind of step.</summary>
internal static class StepSets
{
    public const string Copy = "Copy";
    public const string Run = "Run";
    public const string Workdir = "Workdir";

    /// <summary>The one that counts when no other does: -User stands in others too, and PowerShell could not choose.</summary>
    public const string User = "User";
    public const string Environment = "Environment";
    public const string Remove = "Remove";
    public const string Rename = "Rename";
    public const string MakeDirectory = "MakeDirectory";
    public const string Symlink = "Symlink";
    public const string Apt = "Apt";
    public const string Pip = "Pip";
    public const string Npm = "Npm";
    public const string Bun = "Bun";
    public const string GitClone = "GitClone";
    public const string McpServer = "McpServer";
    public const string DevContainer = "DevContainer";
}

namespace E2B.PowerShell.Templates;

/// <summary>The parameter sets of New-E2BTemplate, one for each kind of beginning.</summary>
internal static class SourceSets
{
    public const string Base = "Base";
    public const string Python = "Python";
    public const string Node = "Node";
    public const string Bun = "Bun";
    public const string Debian = "Debian";
    public const string Ubuntu = "Ubuntu";
    public const string Fedora = "Fedora";
    public const string Alpine = "Alpine";
    public const string Arch = "Arch";
    public const string Image = "Image";
    public const string Aws = "Aws";
    public const string Google = "Google";
    public const string GoogleFile = "GoogleFile";
    public const string Template = "Template";
    public const string Dockerfile = "Dockerfile";
    public const string Config = "Config";
}

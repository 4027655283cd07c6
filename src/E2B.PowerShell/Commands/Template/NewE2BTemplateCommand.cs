using System.Management.Automation;
using System.Security;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Begins the definition of a template.</summary>
[Cmdlet(VerbsCommon.New, "E2BTemplate", DefaultParameterSetName = Sets.Base)]
[OutputType(typeof(Template))]
public sealed class NewE2BTemplateCommand : DefinitionCmdlet
{
    /// <summary>From E2B's own image.</summary>
    [Parameter(ParameterSetName = Sets.Base)]
    public SwitchParameter FromBaseImage { get; set; }

    /// <summary>From an image of Python, by its version.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Python)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromPythonImage { get; set; } = string.Empty;

    /// <summary>From an image of Node.js.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Node)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromNodeImage { get; set; } = string.Empty;

    /// <summary>From an image of Bun.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Bun)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromBunImage { get; set; } = string.Empty;

    /// <summary>From an image of Debian.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Debian)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromDebianImage { get; set; } = string.Empty;

    /// <summary>From an image of Ubuntu.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Ubuntu)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromUbuntuImage { get; set; } = string.Empty;

    /// <summary>From an image of Fedora.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Fedora)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromFedoraImage { get; set; } = string.Empty;

    /// <summary>From an image of Alpine Linux.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Alpine)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromAlpineImage { get; set; } = string.Empty;

    /// <summary>From an image of Arch Linux.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Arch)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromArchImage { get; set; } = string.Empty;

    /// <summary>From any image.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Image)]
    [Parameter(Mandatory = true, ParameterSetName = Sets.Aws)]
    [Parameter(Mandatory = true, ParameterSetName = Sets.Google)]
    [Parameter(Mandatory = true, ParameterSetName = Sets.GoogleFile)]
    [ValidateNotNullOrEmpty]
    public string FromImage { get; set; } = string.Empty;

    /// <summary>User and password of the image's registry.</summary>
    [Parameter(ParameterSetName = Sets.Image)]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>An access key of Amazon: its id as the user, the key as the password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Aws)]
    [Credential]
    public PSCredential AwsCredential { get; set; } = PSCredential.Empty;

    /// <summary>The registry's region.</summary>
    [Parameter(ParameterSetName = Sets.Aws)]
    [ValidateNotNullOrEmpty]
    public string? AwsRegion { get; set; }

    /// <summary>The text of a key file of a service account of Google.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Google)]
    [SecretTransformation]
    public SecureString GcpServiceAccount { get; set; } = new();

    /// <summary>The key file itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.GoogleFile)]
    [ValidateNotNullOrEmpty]
    public string GcpServiceAccountPath { get; set; } = string.Empty;

    /// <summary>From another template.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Template)]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    [ValidateNotNullOrEmpty]
    public object FromTemplate { get; set; } = string.Empty;

    /// <summary>The local directory that copies are taken from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContextPath { get; set; }

    /// <summary>What is not copied, as lines of a .dockerignore file.</summary>
    [Parameter]
    public string[]? Ignore { get; set; }

    /// <summary>Nothing is taken from the cache.</summary>
    [Parameter]
    public SwitchParameter SkipCache { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteDefinition(() =>
    {
        Template template = Begin().WithContext(FindContext(), Ignore);
        return SkipCache ? template.SkipWholeCache() : template;
    });

    private Template Begin() => ParameterSetName switch
    {
        Sets.Python => Template.FromPythonImage(FromPythonImage, ScriptFile, ScriptLine),
        Sets.Node => Template.FromNodeImage(FromNodeImage, ScriptFile, ScriptLine),
        Sets.Bun => Template.FromBunImage(FromBunImage, ScriptFile, ScriptLine),
        Sets.Debian => Template.FromDebianImage(FromDebianImage, ScriptFile, ScriptLine),
        Sets.Ubuntu => Template.FromUbuntuImage(FromUbuntuImage, ScriptFile, ScriptLine),
        Sets.Fedora => Template.FromFedoraImage(FromFedoraImage, ScriptFile, ScriptLine),
        Sets.Alpine => Template.FromAlpineImage(FromAlpineImage, ScriptFile, ScriptLine),
        Sets.Arch => Template.FromArchImage(FromArchImage, ScriptFile, ScriptLine),
        Sets.Image => Template.FromImage(FromImage, RegistrySecrets.OfUser(RegistryCredential), ScriptFile, ScriptLine),
        Sets.Aws => Template.FromImage(FromImage, RegistrySecrets.OfAws(AwsCredential, AwsRegion, FromImage), ScriptFile, ScriptLine),
        Sets.Google => Template.FromImage(FromImage, RegistrySecrets.OfGoogle(GcpServiceAccount), ScriptFile, ScriptLine),
        Sets.GoogleFile => Template.FromImage(
            FromImage, TemplateRegistry.ForGoogle(File.ReadAllText(ExistingFile(GcpServiceAccountPath))), ScriptFile, ScriptLine),
        Sets.Template => Template.FromTemplate(TemplateArgument.GetName(FromTemplate)!, ScriptFile, ScriptLine),
        _ => Template.FromBaseImage(ScriptFile, ScriptLine),
    };

    private string FindContext()
    {
        string place = SessionState.Path.GetUnresolvedProviderPathFromPSPath(ContextPath ?? SessionState.Path.CurrentFileSystemLocation.ProviderPath);
        if (ContextPath is not null && !Directory.Exists(place))
        {
            ThrowTerminatingError(Errors.ErrorFactory.NotFound("E2BLocalFileNotFound", $"There is no directory '{ContextPath}' on this machine.", ContextPath));
        }

        return place;
    }

    private static class Sets
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
    }
}

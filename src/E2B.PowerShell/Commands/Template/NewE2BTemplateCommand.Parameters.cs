using System.Collections;
using System.Management.Automation;
using System.Security;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

public sealed partial class NewE2BTemplateCommand
{
    /// <summary>From E2B's own image.</summary>
    [Parameter(ParameterSetName = SourceSets.Base)]
    public SwitchParameter FromBaseImage { get; set; }

    /// <summary>From an image of Python, by its version.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Python)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromPythonImage { get; set; } = string.Empty;

    /// <summary>From an image of Node.js.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Node)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromNodeImage { get; set; } = string.Empty;

    /// <summary>From an image of Bun.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Bun)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromBunImage { get; set; } = string.Empty;

    /// <summary>From an image of Debian.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Debian)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromDebianImage { get; set; } = string.Empty;

    /// <summary>From an image of Ubuntu.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Ubuntu)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromUbuntuImage { get; set; } = string.Empty;

    /// <summary>From an image of Fedora.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Fedora)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromFedoraImage { get; set; } = string.Empty;

    /// <summary>From an image of Alpine Linux.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Alpine)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromAlpineImage { get; set; } = string.Empty;

    /// <summary>From an image of Arch Linux.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Arch)]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string FromArchImage { get; set; } = string.Empty;

    /// <summary>From any image.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Image)]
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Aws)]
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Google)]
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.GoogleFile)]
    [ValidateNotNullOrEmpty]
    public string FromImage { get; set; } = string.Empty;

    /// <summary>From a Dockerfile: its path, or its text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Dockerfile)]
    [ValidateNotNullOrEmpty]
    public string FromDockerfile { get; set; } = string.Empty;

    /// <summary>From an e2b.toml file, or the one in a folder.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Config)]
    [ValidateNotNullOrEmpty]
    public string FromConfig { get; set; } = string.Empty;

    /// <summary>Values for the Dockerfile's ARGs.</summary>
    [Parameter(ParameterSetName = SourceSets.Dockerfile)]
    [Parameter(ParameterSetName = SourceSets.Config)]
    [PlainValues]
    public IDictionary? BuildArgument { get; set; }

    /// <summary>User and password of the image's registry.</summary>
    [Parameter(ParameterSetName = SourceSets.Image)]
    [Parameter(ParameterSetName = SourceSets.Dockerfile)]
    [Parameter(ParameterSetName = SourceSets.Config)]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>An access key of Amazon: its id as the user, the key as the password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Aws)]
    [Parameter(ParameterSetName = SourceSets.Dockerfile)]
    [Parameter(ParameterSetName = SourceSets.Config)]
    [Credential]
    public PSCredential AwsCredential { get; set; } = PSCredential.Empty;

    /// <summary>The registry's region.</summary>
    [Parameter(ParameterSetName = SourceSets.Aws)]
    [Parameter(ParameterSetName = SourceSets.Dockerfile)]
    [Parameter(ParameterSetName = SourceSets.Config)]
    [ValidateNotNullOrEmpty]
    public string? AwsRegion { get; set; }

    /// <summary>The text of a key file of a service account of Google.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Google)]
    [Parameter(ParameterSetName = SourceSets.Dockerfile)]
    [Parameter(ParameterSetName = SourceSets.Config)]
    [SecretTransformation]
    public SecureString GcpServiceAccount { get; set; } = new();

    /// <summary>The key file itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.GoogleFile)]
    [Parameter(ParameterSetName = SourceSets.Dockerfile)]
    [Parameter(ParameterSetName = SourceSets.Config)]
    [ValidateNotNullOrEmpty]
    public string GcpServiceAccountPath { get; set; } = string.Empty;

    /// <summary>From another template.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSets.Template)]
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
}

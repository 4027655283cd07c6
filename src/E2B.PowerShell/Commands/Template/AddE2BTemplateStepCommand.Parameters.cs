using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

public sealed partial class AddE2BTemplateStepCommand
{
    /// <summary>The definition.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [DefinitionTransformation]
    public Template Template { get; set; } = null!;

    /// <summary>Copies files, directories or what a pattern matches from the context directory.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Copy)]
    [ValidateNotNullOrEmpty]
    public object[] Copy { get; set; } = [];

    /// <summary>Where a copy, a renamed file or a clone goes in the sandbox.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Copy)]
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Rename)]
    [Parameter(ParameterSetName = StepSets.GitClone)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Permissions in octal.</summary>
    [Parameter(ParameterSetName = StepSets.Copy)]
    [Parameter(ParameterSetName = StepSets.MakeDirectory)]
    [OctalModeTransformation]
    public UnixFileMode? Mode { get; set; }

    /// <summary>Uploads the files even where the service has them.</summary>
    [Parameter(ParameterSetName = StepSets.Copy)]
    public SwitchParameter ForceUpload { get; set; }

    /// <summary>Copies what links point at in place of the links.</summary>
    [Parameter(ParameterSetName = StepSets.Copy)]
    public SwitchParameter ResolveSymlinks { get; set; }

    /// <summary>Lets links lead out of the context directory.</summary>
    [Parameter(ParameterSetName = StepSets.Copy)]
    public SwitchParameter AllowOutside { get; set; }

    /// <summary>Uploads without compressing.</summary>
    [Parameter(ParameterSetName = StepSets.Copy)]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>Runs lines in the sandbox's shell, each if the one before succeeded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Run)]
    [ValidateNotNullOrEmpty]
    public string[] Run { get; set; } = [];

    /// <summary>Sets the working directory.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Workdir)]
    [Alias("WorkingDirectory")]
    [ValidateNotNullOrEmpty]
    public string Workdir { get; set; } = string.Empty;

    /// <summary>Sets the user; beside another step, who does that one, or owns what is copied.</summary>
    [Parameter(ParameterSetName = StepSets.User)]
    [Parameter(ParameterSetName = StepSets.Copy)]
    [Parameter(ParameterSetName = StepSets.Run)]
    [Parameter(ParameterSetName = StepSets.Remove)]
    [Parameter(ParameterSetName = StepSets.Rename)]
    [Parameter(ParameterSetName = StepSets.MakeDirectory)]
    [Parameter(ParameterSetName = StepSets.Symlink)]
    [Parameter(ParameterSetName = StepSets.GitClone)]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>Sets environment variables.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Environment)]
    [Alias("Env")]
    [ValidateNotNull]
    [PlainValues]
    public IDictionary Environment { get; set; } = new Hashtable();

    /// <summary>Removes files or directories.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Remove)]
    [ValidateNotNullOrEmpty]
    public string[] Remove { get; set; } = [];

    /// <summary>Removes directories with what they hold.</summary>
    [Parameter(ParameterSetName = StepSets.Remove)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Removes what may not be there; replaces what is.</summary>
    [Parameter(ParameterSetName = StepSets.Remove)]
    [Parameter(ParameterSetName = StepSets.Rename)]
    [Parameter(ParameterSetName = StepSets.Symlink)]
    public SwitchParameter Force { get; set; }

    /// <summary>Renames or moves a file or directory.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Rename)]
    [ValidateNotNullOrEmpty]
    public string Rename { get; set; } = string.Empty;

    /// <summary>Makes directories.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.MakeDirectory)]
    [ValidateNotNullOrEmpty]
    public string[] MakeDirectory { get; set; } = [];

    /// <summary>Makes a symbolic link.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Symlink)]
    [ValidateNotNullOrEmpty]
    public string Symlink { get; set; } = string.Empty;

    /// <summary>What the link points at.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Symlink)]
    [ValidateNotNullOrEmpty]
    public string Target { get; set; } = string.Empty;

    /// <summary>Installs packages of Debian or Ubuntu.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Apt)]
    [ValidateNotNullOrEmpty]
    public string[] Apt { get; set; } = [];

    /// <summary>Without the packages that they only recommend.</summary>
    [Parameter(ParameterSetName = StepSets.Apt)]
    public SwitchParameter NoInstallRecommends { get; set; }

    /// <summary>Leaves out packages that cannot be fetched.</summary>
    [Parameter(ParameterSetName = StepSets.Apt)]
    public SwitchParameter FixMissing { get; set; }

    /// <summary>Installs packages of Python; '.' is the project in the working directory.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Pip)]
    [ValidateNotNullOrEmpty]
    public string[] Pip { get; set; } = [];

    /// <summary>For the user of the steps only.</summary>
    [Parameter(ParameterSetName = StepSets.Pip)]
    public SwitchParameter ForUser { get; set; }

    /// <summary>Installs packages of Node.js with npm; none means those of package.json.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Npm)]
    [AllowEmptyCollection]
    public string[] Npm { get; set; } = [];

    /// <summary>Installs packages of Node.js with Bun; none means those of package.json.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.Bun)]
    [AllowEmptyCollection]
    public string[] Bun { get; set; } = [];

    /// <summary>For all users.</summary>
    [Parameter(ParameterSetName = StepSets.Npm)]
    [Parameter(ParameterSetName = StepSets.Bun)]
    public SwitchParameter Global { get; set; }

    /// <summary>For development only.</summary>
    [Parameter(ParameterSetName = StepSets.Npm)]
    [Parameter(ParameterSetName = StepSets.Bun)]
    public SwitchParameter Dev { get; set; }

    /// <summary>Clones a git repository.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.GitClone)]
    [ValidateNotNullOrEmpty]
    public string GitClone { get; set; } = string.Empty;

    /// <summary>The branch or tag to check out.</summary>
    [Parameter(ParameterSetName = StepSets.GitClone)]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>How many commits of the history.</summary>
    [Parameter(ParameterSetName = StepSets.GitClone)]
    [ValidateRange(1, int.MaxValue)]
    public int? Depth { get; set; }

    /// <summary>Gets MCP servers, in the template mcp-gateway.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.McpServer)]
    [ArgumentCompleter(typeof(McpServerCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] McpServer { get; set; } = [];

    /// <summary>Builds the dev container of a directory, in the template devcontainer.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSets.DevContainer)]
    [ValidateNotNullOrEmpty]
    public string DevContainer { get; set; } = string.Empty;

    /// <summary>Makes this step and those after it anew at each build.</summary>
    [Parameter]
    public SwitchParameter SkipCache { get; set; }
}

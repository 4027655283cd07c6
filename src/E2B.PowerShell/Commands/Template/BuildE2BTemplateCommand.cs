using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Builds a template of a definition, and follows the build to its end.</summary>
[Cmdlet("Build", "E2BTemplate", SupportsShouldProcess = true)]
[OutputType(typeof(TemplateBuildResult), typeof(Job))]
public sealed class BuildE2BTemplateCommand : FollowingCmdlet
{
    private readonly List<Template> _definitions = [];

    /// <summary>The template's name, or name:tag.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Name { get; set; }

    /// <summary>The definition.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [DefinitionTransformation]
    public Template Template { get; set; } = null!;

    /// <summary>What the build is to be called.</summary>
    [Parameter]
    [Alias("Tags")]
    [TagText]
    [ValidateNotNullOrEmpty]
    public string[]? Tag { get; set; }

    /// <summary>Processors of its sandboxes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int CpuCount { get; set; }

    /// <summary>Memory of its sandboxes, in MiB.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MemoryMB { get; set; }

    /// <summary>Take nothing from the cache.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>Work in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _definitions.Add(Template);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_definitions.Count == 0)
        {
            return;
        }

        if (_definitions.Count > 1)
        {
            Refuse("E2BSeveralDefinitions", $"{_definitions.Count} definitions were piped, and each build would take the name from the one before. Build them one by one.", null);
        }

        // The SDK means the process's directory, which PowerShell does not follow.
        Template definition = _definitions[0];
        string here = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        definition = definition.WithContext(definition.ContextDirectory is { } context ? Path.GetFullPath(context, here) : here);
        string? name = Name ?? definition.Name;
        if (name is null)
        {
            Refuse("E2BNoName", "The template needs a name. Give one, as in Build-E2BTemplate my-app; a definition of an e2b.toml file brings its own.", definition);
        }

        if (!TemplateNames.IsName(name))
        {
            Refuse("E2BInvalidTemplateName", $"'{name}' cannot be a template's name. {TemplateNames.Rule} A tag may follow behind a colon, as in my-app:v1.", name);
        }

        if (ShouldProcess(name, $"Build a template ({definition})"))
        {
            Build(definition, name);
        }
    }

    private void Build(Template definition, string name)
    {
        var options = new TemplateBuildOptions
        {
            Name = name,
            Tags = Tag,
            CpuCount = MyInvocation.BoundParameters.ContainsKey(nameof(CpuCount)) ? CpuCount : null,
            MemoryMB = MyInvocation.BoundParameters.ContainsKey(nameof(MemoryMB)) ? MemoryMB : null,
            SkipCache = NoCache,
        };
        TemplateOperations templates = Client.Templates;
        var run = new BuildRun(name, name);
        if (!AsJob)
        {
            DrainFollowing(run, (writer, stop) => run.BuildAsync(templates, definition, options, writer, stop));
            return;
        }

        var job = new E2BJob(MyInvocation.MyCommand.Name, $"Build-E2BTemplate {name}", JobName, name);
        job.Queue.Start((writer, stop) => run.BuildAsync(templates, definition, options, writer, stop));
        job.Begin();
        WriteJob(job);
    }
}

using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Says what runs when a sandbox of a template starts, and when it is ready.</summary>
[Cmdlet(VerbsCommon.Set, "E2BTemplateStart", DefaultParameterSetName = Sets.Start)]
[OutputType(typeof(Template))]
public sealed class SetE2BTemplateStartCommand : DefinitionCmdlet
{
    /// <summary>The definition.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [DefinitionTransformation]
    public Template Template { get; set; } = null!;

    /// <summary>The line for the sandbox's shell.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Start)]
    [Parameter(ParameterSetName = Sets.Port)]
    [Parameter(ParameterSetName = Sets.Url)]
    [Parameter(ParameterSetName = Sets.Process)]
    [Parameter(ParameterSetName = Sets.File)]
    [Parameter(ParameterSetName = Sets.Timeout)]
    [Parameter(ParameterSetName = Sets.Command)]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>Ready when something listens on this port.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Port)]
    [ValidateRange(1, 65535)]
    public int WaitForPort { get; set; }

    /// <summary>Ready when this URL answers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Url)]
    [ValidateNotNullOrEmpty]
    public string WaitForUrl { get; set; } = string.Empty;

    /// <summary>The status that it answers with.</summary>
    [Parameter(ParameterSetName = Sets.Url)]
    [ValidateRange(100, 599)]
    public int StatusCode { get; set; } = 200;

    /// <summary>Ready when a process of this name runs.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Process)]
    [ValidateNotNullOrEmpty]
    public string WaitForProcess { get; set; } = string.Empty;

    /// <summary>Ready when this file is there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.File)]
    [ValidateNotNullOrEmpty]
    public string WaitForFile { get; set; } = string.Empty;

    /// <summary>Ready after this many seconds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Timeout)]
    [ValidateRange(1, int.MaxValue)]
    public int WaitForTimeoutSec { get; set; }

    /// <summary>Ready when this line succeeds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.Command)]
    [ValidateNotNullOrEmpty]
    public string ReadyCommand { get; set; } = string.Empty;

    /// <summary>The dev container of this directory, in the template devcontainer.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Sets.DevContainer)]
    [ValidateNotNullOrEmpty]
    public string DevContainer { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        SandboxPath.Check(this, WaitForFile);
        SandboxPath.Check(this, DevContainer);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteDefinition(() =>
    {
        if (ParameterSetName == Sets.DevContainer)
        {
            return Template.SetDevContainerStart(DevContainer, ScriptFile, ScriptLine);
        }

        ReadyCheck? check = Check();
        return Command is null
            ? Template.SetReady(check!, ScriptFile, ScriptLine)
            : Template.SetStart(Command, check, ScriptFile, ScriptLine);
    });

    private ReadyCheck? Check() => ParameterSetName switch
    {
        Sets.Port => ReadyCheck.ForPort(WaitForPort),
        Sets.Url => ReadyCheck.ForUrl(WaitForUrl, StatusCode),
        Sets.Process => ReadyCheck.ForProcess(WaitForProcess),
        Sets.File => ReadyCheck.ForFile(WaitForFile),
        Sets.Timeout => ReadyCheck.ForTimeout(TimeSpan.FromSeconds(WaitForTimeoutSec)),
        Sets.Command => ReadyCheck.ForCommand(ReadyCommand),
        _ => null,
    };

    private static class Sets
    {
        public const string Start = "Start";
        public const string Port = "Port";
        public const string Url = "Url";
        public const string Process = "Process";
        public const string File = "File";
        public const string Timeout = "Timeout";
        public const string Command = "Command";
        public const string DevContainer = "DevContainer";
    }
}

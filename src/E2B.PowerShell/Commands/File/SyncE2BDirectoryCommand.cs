using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Copying;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Syncing;

namespace E2B.PowerShell.Commands;

/// <summary>Makes a directory in one or more sandboxes like a local one, once or as the local one changes.</summary>
[Cmdlet(VerbsData.Sync, "E2BDirectory", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxSyncResult), typeof(SandboxSyncChange), typeof(Job))]
public sealed class SyncE2BDirectoryCommand : SandboxCmdlet
{
    private object? _sandbox;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxOrLocalPathCompleter))]
    public override object? Sandbox { get => _sandbox; set => _sandbox = value; }

    /// <summary>The local directory.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    public string? Path { get; set; }

    /// <summary>The directory in the sandbox, a POSIX path; relative ones start at the user's home. Without it, the local directory's name there.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? Destination { get; set; }

    /// <summary>The local directory, taken as it is.</summary>
    [Parameter]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Sandboxes to sync into.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Remove what is in the sandbox's directory and not in the local one.</summary>
    [Parameter]
    public SwitchParameter Mirror { get; set; }

    /// <summary>Compare files by their SHA-256 and not by their times.</summary>
    [Parameter]
    public SwitchParameter Checksum { get; set; }

    /// <summary>Which files are synced.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>What is left alone on both sides.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>Go on, and copy local changes as they happen.</summary>
    [Parameter]
    public SwitchParameter Watch { get; set; }

    /// <summary>An object for each change instead of one for each pass.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The Linux user who writes, and owns what is written.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>Work in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <summary>How many sandboxes are worked on at a time; with -Watch it means nothing. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private protected override string? SecondPositional { get => Path ?? LiteralPath; set => Path = value; }

    private protected override string SecondPositionalName => nameof(Path);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Path is not null && LiteralPath is not null)
        {
            Refuse("E2BInvalidArgument", "There are both -Path and -LiteralPath. Give one of them.", LiteralPath);
        }

        if (Destination is not null)
        {
            SandboxPath.Check(this, Destination);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<Sandbox> sandboxes = ResolveTargets(hasInput: false);
        if (sandboxes.Count == 0)
        {
            return;
        }

        if (LocalItems.FindDirectory(this, (LiteralPath ?? Path)!, isLiteral: LiteralPath is not null) is not { } local)
        {
            return;
        }

        string destination = Destination ?? System.IO.Path.GetFileName(local);
        if (destination.Length == 0)
        {
            Refuse("E2BInvalidArgument", $"'{local}' has no name that the directory in the sandbox could have. Name one with -Destination.", local);
        }

        List<SyncRun> runs = [];
        foreach (Sandbox sandbox in sandboxes)
        {
            var run = new SyncRun(WithRequestTimeout(sandbox), local, destination, HowToSync()) { Id = runs.Count, GoesOn = Watch, PassThru = PassThru };
            if (ShouldSync(run))
            {
                runs.Add(run);
            }
        }

        if (runs.Count > 0)
        {
            Start(runs);
        }
    }

    private void Start(List<SyncRun> runs)
    {
        // What goes on for ever never makes room for another.
        int throttle = Watch ? runs.Count : ThrottleLimit;
        if (!AsJob)
        {
            StartEach(Queue, runs, throttle, static (run, writer, stop) => run.RunAsync(writer, stop));
            DrainQueue();
            return;
        }

        var job = new E2BJob(MyInvocation.MyCommand.Name, MyInvocation.Line.Trim(), JobName, string.Join(',', runs.Select(static run => run.Sandbox.SandboxId)));
        StartEach(job.Queue, runs, throttle, static (run, writer, stop) => run.RunAsync(writer, stop));
        job.Begin();
        WriteJob(job);
    }

    /// <summary>Asks, once for each sandbox; with -WhatIf it says what would be done instead.</summary>
    private bool ShouldSync(SyncRun run)
    {
        string target = $"'{run.Destination}' in sandbox {run.Sandbox.SandboxId}";
        string action = Mirror ? $"Make it like '{run.LocalPath}', which removes what else is in it" : $"Copy what differs from '{run.LocalPath}'";
        if (ShouldProcess(
            $"Performing the operation \"{action}\" on target \"{target}\".", $"{action}: {target}?", "Confirm", out ShouldProcessReason reason))
        {
            return true;
        }

        if (reason == ShouldProcessReason.WhatIf && TryAwait(
            token => run.Sandbox.Files.PlanSyncAsync(run.LocalPath, run.Destination, run.Options, token), run.Destination, out IReadOnlyList<SandboxSyncChange> changes))
        {
            foreach (SandboxSyncChange change in changes)
            {
                ShouldProcess(change.FullName, change.Action switch
                {
                    SandboxSyncAction.Created => "Create",
                    SandboxSyncAction.Updated => "Update",
                    _ => "Delete",
                });
                if (PassThru)
                {
                    WriteObject(change);
                }
            }
        }

        return false;
    }

    private SyncOptions HowToSync() => new() { Mirror = Mirror, Checksum = Checksum, Include = Include, Exclude = Exclude, User = User };
}

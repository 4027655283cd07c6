using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Files;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Watching;

namespace E2B.PowerShell.Commands;

/// <summary>Watches a directory in one or more sandboxes and writes what happens in it.</summary>
[Cmdlet(VerbsCommon.Watch, "E2BDirectory")]
[OutputType(typeof(SandboxFileEvent), typeof(Job))]
public sealed class WatchE2BDirectoryCommand : SandboxCmdlet
{
    private E2BJob? _job;
    private object? _sandbox;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxOrPathCompleter))]
    public override object? Sandbox { get => _sandbox; set => _sandbox = value; }

    /// <summary>The directory, a POSIX path; relative ones start at the user's home.</summary>
    [Parameter(Position = 1)]
    [Alias("LiteralPath")]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? Path { get; set; }

    /// <summary>Sandboxes to watch in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What is below the directory too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>With each event the entry that it is about.</summary>
    [Parameter]
    public SwitchParameter IncludeEntry { get; set; }

    /// <summary>Also where the directory lies on a network mount: changes made elsewhere are not seen there.</summary>
    [Parameter]
    public SwitchParameter AllowNetworkMount { get; set; }

    /// <summary>Only entries whose names match one of these wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Filter { get; set; }

    /// <summary>Only events of these types. Word that events are missing always comes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public SandboxFileEventType[]? EventType { get; set; }

    /// <summary>The Linux user from whose home a relative path starts.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>Seconds to watch; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>Watch in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <summary>In how many sandboxes watches are begun at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private protected override string? SecondPositional { get => Path; set => Path = value; }

    private protected override string SecondPositionalName => nameof(Path);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        SandboxPath.Check(this, Path!);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Func<string, bool>[]? names = Filter?.Select(pattern => SandboxGlob.Matcher(this, pattern)).ToArray();
        IReadOnlyList<Sandbox> sandboxes = ResolveTargets(hasInput: false);
        if (sandboxes.Count == 0)
        {
            return;
        }

        if (AsJob)
        {
            _job = new E2BJob(MyInvocation.MyCommand.Name, MyInvocation.Line.Trim(), JobName, string.Join(',', sandboxes.Select(static one => one.SandboxId)));
        }

        // Watches go on for ever: only beginning them is done so many at a time, or the last ones would never have a turn.
        var slots = new SemaphoreSlim(ThrottleLimit > 0 ? ThrottleLimit : Session.Defaults.ThrottleLimit);
        var filter = new EventFilter(names, EventType);
        var runs = sandboxes.Select(one => new WatchRun(WithRequestTimeout(one), Path!, HowToWatch(), filter, slots)).ToList();
        StartEach(_job?.Queue ?? Queue, runs, runs.Count, static (run, writer, stop) => run.RunAsync(writer, stop));
        if (_job is null)
        {
            DrainQueue();
            return;
        }

        // Whoever has the job may rely on it: what is changed from then on is seen.
        _job.Begin();
        DrainQueueUntil(Task.WhenAll(runs.Select(static run => run.Begun)));
        E2BJob job = _job;
        _job = null;
        WriteJob(job);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Ctrl+C came before anybody had the job.
            _job?.Dispose();
        }

        base.Dispose(disposing);
    }

    private WatchOptions HowToWatch() => new()
    {
        Recursive = Recurse,
        IncludeEntry = IncludeEntry,
        AllowNetworkMounts = AllowNetworkMount,
        User = User,
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
    };
}

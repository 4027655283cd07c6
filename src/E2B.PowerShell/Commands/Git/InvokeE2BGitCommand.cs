using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Git;
using E2B.PowerShell.Jobs;

namespace E2B.PowerShell.Commands;

/// <summary>Works on git repositories in one or more sandboxes.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "E2BGit", SupportsShouldProcess = true)]
[OutputType(
    typeof(GitStatus), typeof(GitBranches), typeof(GitLogEntry), typeof(GitDiffEntry), typeof(GitTag), typeof(GitStashEntry), typeof(string), typeof(CommandResult), typeof(Job))]
public sealed class InvokeE2BGitCommand : SandboxCmdlet, IDynamicParameters
{
    private GitOperation? _operation;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxOrGitOperationCompleter))]
    public override object? Sandbox { get; set; }

    /// <summary>What to do. Most have parameters of their own.</summary>
    [Parameter(Position = 1)]
    [GitOperationName]
    [ValidateSet(
        "Clone", "Init", "RemoteAdd", "RemoteGet", "Status", "Branches", "CreateBranch", "CheckoutBranch", "DeleteBranch", "Add", "Commit", "Reset",
        "Restore", "Push", "Pull", "SetConfig", "GetConfig", "DangerouslyAuthenticate", "ConfigureUser", "Log", "Diff", "Fetch", "Tag", "Stash")]
    public string? Operation { get; set; }

    /// <summary>The repository in the sandbox, a POSIX path. Without it, the working directory, or of Clone the last part of the URL.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? Path { get; set; }

    /// <summary>Arguments for git itself, instead of an operation. They reach it as they are written.</summary>
    [Parameter]
    [AllowEmptyString]
    [ValidateCount(1, int.MaxValue)]
    public string[]? ArgumentList { get; set; }

    /// <summary>Sandboxes to work in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The Linux user.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The directory from which relative paths start, a POSIX path.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? WorkingDirectory { get; set; }

    /// <summary>Environment variables of git.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>Seconds after which git is killed; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>What git wrote, where there is no other result; with -ArgumentList whatever its exit code is.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Work in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private protected override string? SecondPositional { get => Operation; set => Operation = value; }

    private protected override string SecondPositionalName => nameof(Operation);

    private protected override bool NeedsSecondPositional => ArgumentList is null;

    /// <summary>The parameters of the operation, which with a default sandbox may be the only positional.</summary>
    public object? GetDynamicParameters() =>
        _operation = GitOperations.Find(Operation ?? (Sandbox is PSObject wrapped ? wrapped.BaseObject : Sandbox) as string);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Operation is not null && ArgumentList is not null)
        {
            Refuse("E2BAmbiguousCommand", "There are both an operation and -ArgumentList. Give one of them.", Operation);
        }

        if (ArgumentList is not null)
        {
            _operation = new RunOperation(ArgumentList, PassThru);
        }
        else if (GitOperations.Find(Operation) is null)
        {
            Refuse("E2BInvalidArgument", $"'{Operation}' is no operation. There are: {string.Join(", ", GitOperations.Names)}. Anything else goes with -ArgumentList.", Operation);
        }

        foreach (string path in new[] { Path, WorkingDirectory }.OfType<string>())
        {
            SandboxPath.Check(this, path);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var context = new GitContext
        {
            GivenPath = Path,
            User = User,
            WorkingDirectory = WorkingDirectory,
            Environment = Tables.Merge(null, Environment),
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
        };
        string name = Operation ?? ArgumentList![0];
        List<GitRun> runs = [];
        foreach (Sandbox sandbox in ResolveTargets(hasInput: false))
        {
            if (_operation!.Action is not { } action || ShouldProcess($"'{Path ?? "."}' in sandbox {sandbox.SandboxId}", action))
            {
                runs.Add(new GitRun(WithRequestTimeout(sandbox), _operation, context, name, PassThru) { Id = runs.Count + 1 });
            }
        }

        if (runs.Count == 0)
        {
            return;
        }

        if (_operation!.Warning is { } warning)
        {
            WriteWarning(warning);
        }

        if (!AsJob)
        {
            StartEach(Queue, runs, ThrottleLimit, static (run, writer, stop) => run.RunAsync(writer, stop));
            DrainQueue();
            return;
        }

        // Not the line as it was written: it may hold a token.
        var job = new E2BJob(MyInvocation.MyCommand.Name, $"git {name}", JobName, string.Join(',', runs.Select(static run => run.Sandbox.SandboxId)));
        StartEach(job.Queue, runs, ThrottleLimit, static (run, writer, stop) => run.RunAsync(writer, stop));
        job.Begin();
        WriteJob(job);
    }
}

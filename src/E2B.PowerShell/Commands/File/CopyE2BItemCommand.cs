using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Copying;
using E2B.PowerShell.Jobs;

namespace E2B.PowerShell.Commands;

/// <summary>Copies files and directories to a sandbox, from one, or from one to another, as Copy-Item does between sessions.</summary>
[Cmdlet(VerbsCommon.Copy, "E2BItem", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxEntry), typeof(FileInfo), typeof(DirectoryInfo), typeof(Job))]
public sealed class CopyE2BItemCommand : CopyCmdlet
{
    /// <summary>What to copy, with wildcards: local paths; with -FromSandbox POSIX paths, where relative ones start at the user's home.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CopyPathCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Where to. Into it, if it is a directory or ends in a slash. Without it, under its own name into the user's home, or the current location.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CopyPathCompleter))]
    public string? Destination { get; set; }

    /// <summary>What to copy, taken as it is.</summary>
    [Parameter]
    [Alias("PSPath")]
    [ArgumentCompleter(typeof(CopyPathCompleter))]
    public string[]? LiteralPath { get; set; }

    /// <summary>The sandboxes to copy to.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? ToSandbox { get; set; }

    /// <summary>The sandbox to copy from.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? FromSandbox { get; set; }

    /// <summary>Files, directories and paths to copy; entries, which know the sandbox that they are in; or sandboxes to copy to.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Work in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseNull(nameof(ToSandbox), ToSandbox);
        RefuseNull(nameof(FromSandbox), FromSandbox);
        if (SandboxArgument.Enumerate(FromSandbox).Skip(1).Any())
        {
            Refuse("E2BSeveralSandboxes", "-FromSandbox takes one sandbox: what comes from several would have the same names. Copy from one at a time.", FromSandbox);
        }

        if (!MyInvocation.ExpectingInput && Path is null && LiteralPath is null)
        {
            Refuse("E2BNoPath", "There is nothing to copy. Give a path, or pipe files or entries.", null);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            Take(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && !HasInput && !HasTargets)
        {
            // An empty pipeline means that there is nothing to do.
            return;
        }

        if (HasInput && Path is { Length: 1 } && Destination is null && LiteralPath is null)
        {
            // What to copy came down the pipeline, so the one positional says where to.
            (Destination, Path) = (Path[0], null);
        }

        IReadOnlyList<Sandbox>? targets = ResolveTargets(ToSandbox);
        IReadOnlyList<CopySource> sources = [.. Sources(Path ?? [], LiteralPath ?? [], FromSandbox)];
        if (sources.Count == 0 || targets is { Count: 0 })
        {
            return;
        }

        if (targets is null && sources.Any(static source => source.Origin is null))
        {
            Refuse("E2BNoSandbox", "Say which sandbox is meant, the default one too: -ToSandbox to copy local files there, -FromSandbox to copy from there. The default is (Get-E2BDefault).Sandbox.", null);
        }

        Start([.. Plan(sources, targets, Destination)]);
    }

    private void Start(IReadOnlyList<CopyWork> works)
    {
        if (works.Count == 0)
        {
            return;
        }

        if (!AsJob)
        {
            StartEach(Queue, works, ThrottleLimit, static (work, writer, stop) => work.RunAsync(writer, stop));
            DrainQueue();
            return;
        }

        IEnumerable<string> places = works.Select(static work => (work.TargetOrigin ?? work.Source.Origin)!.SandboxId).Distinct();
        var job = new E2BJob(MyInvocation.MyCommand.Name, MyInvocation.Line.Trim(), JobName, string.Join(',', places));
        StartEach(job.Queue, works, ThrottleLimit, static (work, writer, stop) => work.RunAsync(writer, stop));
        job.Begin();
        WriteJob(job);
    }

    private void RefuseNull(string parameter, object? value)
    {
        if (MyInvocation.BoundParameters.ContainsKey(parameter) && !SandboxArgument.Enumerate(value).Any())
        {
            Refuse("E2BNoSandbox", $"The sandbox given to -{parameter} is $null.", null);
        }
    }
}

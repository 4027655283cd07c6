using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Processes;

namespace E2B.PowerShell.Commands;

/// <summary>Lists the processes that were started from outside and still run, terminals included.</summary>
[Cmdlet(VerbsCommon.Get, "E2BProcess")]
[OutputType(typeof(E2BProcess))]
public sealed class GetE2BProcessCommand : ConnectedCmdlet
{
    private bool _anyNamed;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? Sandbox { get; set; }

    /// <summary>Only processes with these ids.</summary>
    [Parameter(Position = 1)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ProcessIdCompleter))]
    public int[]? ProcessId { get; set; }

    /// <summary>Only processes with this tag.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Tag { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!MyInvocation.ExpectingInput)
        {
            RefuseNullSandbox(Sandbox);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object target in SandboxArgument.Enumerate(Sandbox))
        {
            _anyNamed = true;
            if (TryResolve(target, out Sandbox sandbox))
            {
                List(sandbox);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_anyNamed || MyInvocation.ExpectingInput)
        {
            return;
        }

        if (GetDefaultSandbox() is { } sandbox)
        {
            List(sandbox);
            return;
        }

        Refuse("E2BNoSandbox", "No sandbox is named, and there is no default. Give one, or choose one with Set-E2BDefault -Sandbox.", null);
    }

    private void List(Sandbox sandbox)
    {
        if (!TryAwait(token => WithRequestTimeout(sandbox).Commands.ListAsync(token), sandbox, out IReadOnlyList<ProcessDetails> processes))
        {
            return;
        }

        WildcardPattern? tag = Tag is null ? null : new WildcardPattern(Tag, WildcardOptions.IgnoreCase);
        foreach (ProcessDetails process in processes)
        {
            if (ProcessId?.Contains(process.Pid) != false && (tag is null || (process.Tag is not null && tag.IsMatch(process.Tag))))
            {
                WriteObject(new E2BProcess(sandbox, process.Pid, process.Tag, ProcessText.Of(process)));
            }
        }

        foreach (int missing in (ProcessId ?? []).Except(processes.Select(static process => process.Pid)))
        {
            WriteError(ErrorFactory.NotFound("E2BProcessNotFound", $"There is no process {missing} in sandbox {sandbox.SandboxId}.", missing));
        }
    }
}

using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Makes a context in the code interpreter of one or more sandboxes: a kernel with variables of its own.</summary>
[Cmdlet(VerbsCommon.New, "E2BCodeContext", SupportsShouldProcess = true)]
[OutputType(typeof(CodeContext))]
public sealed class NewE2BCodeContextCommand : SandboxCmdlet
{
    /// <summary>The language. Python without it.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(CodeLanguageCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Language { get; set; }

    /// <summary>The directory in the sandbox that its code starts in; the user's home without it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? WorkingDirectory { get; set; }

    /// <summary>Sandboxes to make one in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    private protected override string? SecondPositional { get => Language; set => Language = value; }

    private protected override string SecondPositionalName => nameof(Language);

    private protected override bool NeedsSecondPositional => false;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (WorkingDirectory is not null)
        {
            SandboxPath.Check(this, WorkingDirectory);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<Sandbox> sandboxes = [.. ResolveTargets(hasInput: false)
            .Where(sandbox => ShouldProcess(sandbox.SandboxId, $"Make a code context for {Language ?? "python"}"))];
        StartEach(Queue, sandboxes, limit: 0, MakeAsync);
        DrainQueue();
    }

    private async Task<bool> MakeAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            var options = new CodeContextOptions { Language = Language, WorkingDirectory = WorkingDirectory };
            await writer.OutputAsync(await WithRequestTimeout(sandbox).Code.CreateContextAsync(options, stop).ConfigureAwait(false)).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return false;
        }
    }
}

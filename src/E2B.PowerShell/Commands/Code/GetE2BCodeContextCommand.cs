using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Lists the contexts of the code interpreter in one or more sandboxes.</summary>
[Cmdlet(VerbsCommon.Get, "E2BCodeContext")]
[OutputType(typeof(CodeContext))]
public sealed class GetE2BCodeContextCommand : SandboxCmdlet
{
    /// <summary>Only the context with this id.</summary>
    [Parameter(Position = 1)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(CodeContextCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ContextId { get; set; }

    /// <summary>Only contexts of this language.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CodeLanguageCompleter))]
    [SupportsWildcards]
    public string? Language { get; set; }

    /// <summary>Sandboxes to list them of.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    private protected override string? SecondPositional { get => ContextId; set => ContextId = value; }

    private protected override string SecondPositionalName => nameof(ContextId);

    private protected override bool NeedsSecondPositional => false;

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        StartEach(Queue, ResolveTargets(hasInput: false), limit: 0, ListAsync);
        DrainQueue();
    }

    private async Task<bool> ListAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            WildcardPattern? language = Language is null ? null : new WildcardPattern(Language, WildcardOptions.IgnoreCase);
            bool found = ContextId is null;
            foreach (CodeContext context in await WithRequestTimeout(sandbox).Code.ListContextsAsync(stop).ConfigureAwait(false))
            {
                found |= context.Id == ContextId;
                if ((ContextId is null || context.Id == ContextId) && language?.IsMatch(context.Language) != false)
                {
                    await writer.OutputAsync(context).ConfigureAwait(false);
                }
            }

            if (!found)
            {
                await writer.FailureAsync(ErrorFactory.NotFound(
                    "E2BCodeContextNotFound", $"There is no context '{ContextId}' in the sandbox {sandbox.SandboxId}.", ContextId)).ConfigureAwait(false);
            }

            return found;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return false;
        }
    }
}

using System.Collections;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Git;

/// <summary>One operation in one sandbox.</summary>
/// <param name="Sandbox">The sandbox.</param>
/// <param name="Operation">The operation, which others may use at the same time.</param>
/// <param name="Context">Where, and how to run git.</param>
/// <param name="Name">What the operation is called.</param>
/// <param name="PassThru">Whether what git wrote is written where there is nothing else.</param>
internal sealed record GitRun(Sandbox Sandbox, GitOperation Operation, GitContext Context, string Name, bool PassThru)
{
    /// <summary>What tells this progress bar from others.</summary>
    public int Id { get; init; }

    public async Task<bool> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        var bar = new GitProgressBar(writer, Id, $"git {Name} in the sandbox {Sandbox.SandboxId}");
        try
        {
            object? result = await Operation.RunAsync(Sandbox.Git, Context with { Progress = bar }, stop).ConfigureAwait(false);
            await WriteAsync(result, writer).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, Sandbox)).ConfigureAwait(false);
            return false;
        }
        finally
        {
            bar.Complete();
        }
    }

    private async Task WriteAsync(object? result, PipelineWriter writer)
    {
        switch (result)
        {
            case null:
            case CommandResult when !PassThru:
                break;
            case IReadOnlyList<string> lines:
                await writer.LinesAsync(lines).ConfigureAwait(false);
                break;
            case IEnumerable several and not string:
                foreach (object one in several)
                {
                    await writer.OutputAsync(one).ConfigureAwait(false);
                }

                break;
            default:
                await writer.OutputAsync(result).ConfigureAwait(false);
                break;
        }
    }
}

using System.Management.Automation;
using System.Text;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Code;

/// <summary>Runs code in one sandbox, piece after piece until one fails. Whoever leaves early interrupts it.</summary>
internal sealed class CodeRunning(Sandbox sandbox, IReadOnlyList<CodePiece> pieces, CodeRunOptions options, OutputForm form, bool expandData)
{
    /// <summary>Writes what the code brings.</summary>
    /// <returns>Whether all of it ended well.</returns>
    public async Task<bool> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        foreach (CodePiece piece in pieces)
        {
            var how = new CodeRunOptions
            {
                ContextId = options.ContextId,
                Language = options.Language ?? piece.Language,
                Environment = options.Environment,
                Timeout = options.Timeout,
            };
            try
            {
                if (!await (form.PassThru ? CollectAsync(piece, how, writer, stop) : StreamAsync(piece, how, writer, stop)).ConfigureAwait(false))
                {
                    return false;
                }
            }
            catch (Exception e) when (ErrorFactory.IsExpected(e))
            {
                await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
                return false;
            }
        }

        return true;
    }

    private async Task<bool> CollectAsync(CodePiece piece, CodeRunOptions how, PipelineWriter writer, CancellationToken stop)
    {
        var collected = new CodeExecutionBuilder(sandbox.SandboxId);
        try
        {
            await foreach (CodeEvent brought in sandbox.Code.StreamAsync(piece.Text, how, stop).ConfigureAwait(false))
            {
                collected.Add(brought);
            }
        }
        catch (E2BException e)
        {
            // Of several sandboxes each has a result, also the one that ran out of time or is gone.
            await writer.OutputAsync(collected.Build(e)).ConfigureAwait(false);
            throw;
        }

        CodeExecution execution = collected.Build();
        await writer.OutputAsync(execution).ConfigureAwait(false);
        return execution.Succeeded;
    }

    private async Task<bool> StreamAsync(CodePiece piece, CodeRunOptions how, PipelineWriter writer, CancellationToken stop)
    {
        var output = new CommandOutputWriter(sandbox.SandboxId, form, writer);
        bool succeeded = true;
        try
        {
            await foreach (CodeEvent brought in sandbox.Code.StreamAsync(piece.Text, how, stop).ConfigureAwait(false))
            {
                switch (brought)
                {
                    case CodeOutputEvent text:
                        await output.WriteAsync(new CommandOutput(text.Stream, Encoding.UTF8.GetBytes(text.Text))).ConfigureAwait(false);
                        break;
                    case CodeResultEvent result:
                        await output.CompleteAsync().ConfigureAwait(false);
                        await WriteAsync(result.Result, writer).ConfigureAwait(false);
                        break;
                    case CodeErrorEvent error:
                        succeeded = false;
                        await output.CompleteAsync().ConfigureAwait(false);
                        await writer.FailureAsync(ErrorFactory.CodeFailed(error.Error, sandbox.SandboxId)).ConfigureAwait(false);
                        break;
                }
            }
        }
        catch (E2BException)
        {
            // What it wrote before that is not lost, an end of line or not.
            await output.CompleteAsync().ConfigureAwait(false);
            throw;
        }

        await output.CompleteAsync().ConfigureAwait(false);
        return succeeded;
    }

    private async Task WriteAsync(CodeResult result, PipelineWriter writer)
    {
        if (!expandData || result.Data is null)
        {
            await writer.OutputAsync(result).ConfigureAwait(false);
            return;
        }

        foreach (PSObject row in CodeTableRows.Of(result.Data))
        {
            if (form.Tagged)
            {
                row.Properties.Add(new PSNoteProperty("SandboxId", sandbox.SandboxId));
            }

            await writer.OutputAsync(row).ConfigureAwait(false);
        }
    }
}

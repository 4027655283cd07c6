using System.Management.Automation;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Pipeline;

/// <summary>
/// The base of every cmdlet: runs asynchronous work while the pipeline's thread waits, so that Ctrl+C and
/// a satisfied <c>Select-Object -First</c> cancel it.
/// </summary>
public abstract class E2BCmdlet : PSCmdlet, IPipelineSink, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private PipelineQueue? _queue;

    /// <summary>Cancelled by Ctrl+C.</summary>
    private protected CancellationToken StopToken => _stop.Token;

    /// <summary>The queue of this cmdlet's workers; disposed, and its workers ended, with the cmdlet.</summary>
    private protected PipelineQueue Queue => _queue ??= new PipelineQueue(_stop.Token);

    /// <summary>Ends the work that still runs, remote work included.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    void IPipelineSink.WriteOutput(object? value) => WriteObject(Present(value));

    void IPipelineSink.WriteFailure(ErrorRecord error) => WriteError(error);

    void IPipelineSink.WriteNote(InformationRecord information) => WriteInformation(information);

    void IPipelineSink.WriteWarningText(string text) => WriteWarning(text);

    void IPipelineSink.WriteVerboseText(string text) => WriteVerbose(text);

    void IPipelineSink.WriteProgressBar(ProgressRecord progress) => WriteProgress(progress);

    /// <summary>What goes down the pipeline for a worker's output; asked on the pipeline's thread.</summary>
    private protected virtual object? Present(object? value) => value;

    /// <summary>Sets $LASTEXITCODE, as a program run by the shell does.</summary>
    private protected void SetLastExitCode(int exitCode) => SessionState.PSVariable.Set("global:LASTEXITCODE", exitCode);

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ctrl+C came when the cmdlet was ending anyway.
        }
    }

    /// <summary>Ends the work that still runs.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _queue?.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>Does one asynchronous thing for a record; a failure becomes a non-terminating error about <paramref name="target"/>.</summary>
    /// <returns>Whether it succeeded.</returns>
    private protected bool TryAwait<T>(Func<CancellationToken, Task<T>> work, object? target, out T result)
    {
        try
        {
            result = Await(work);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            WriteError(ErrorFactory.Create(e, target));
            result = default!;
            return false;
        }
    }

    /// <summary>Writes what the workers bring until all have ended.</summary>
    private protected void DrainQueue()
    {
        try
        {
            Queue.DrainToEnd(this);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes what the workers bring while waiting for something else.</summary>
    private protected void DrainQueueUntil(Task ready)
    {
        try
        {
            Queue.DrainUntil(ready, this);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Whether -Force answers the question. It takes that away and nothing else: -WhatIf and -Confirm still count.</summary>
    private protected bool IsForcedBy(SwitchParameter force) => force
        && !MyInvocation.BoundParameters.ContainsKey("Confirm") && !MyInvocation.BoundParameters.ContainsKey("WhatIf")
        && !LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Ends the cmdlet with an error about what it was given.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    internal void Refuse(string errorId, string message, object? target)
    {
        ThrowTerminatingError(ErrorFactory.InvalidArgument(errorId, message, target));
        throw new PipelineStoppedException();
    }

    /// <summary>Does one asynchronous thing; its failure is thrown. -Verbose tells of requests that have to be sent again.</summary>
    private protected T Await<T>(Func<CancellationToken, Task<T>> work) => AsyncBridge.Run(work, WriteVerbose, _stop.Token);
}

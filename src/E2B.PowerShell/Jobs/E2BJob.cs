using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Jobs;

/// <summary>
/// The one job class: the same workers that fill a cmdlet's pipeline fill the job's streams. Receive-Job,
/// Wait-Job and Stop-Job work as with any job; stopping it ends the work in the sandbox.
/// </summary>
internal sealed class E2BJob : Job, IPipelineSink
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _activity;
    private readonly string _location;
    private volatile bool _failed;
    private Task _drained = Task.CompletedTask;

    /// <summary>Makes a job that has not begun.</summary>
    /// <param name="activity">The cmdlet that it works for, whose its errors are.</param>
    /// <param name="command">What Get-Job shows as the command.</param>
    /// <param name="name">The job's name; <see langword="null"/> lets PowerShell number it.</param>
    /// <param name="location">Where it works: a sandbox's id, or several.</param>
    public E2BJob(string activity, string command, string? name, string location)
        : base(command, name)
    {
        _activity = activity;
        _location = location;
        PSJobTypeName = nameof(E2BJob);
        Queue = new PipelineQueue(_stop.Token);
    }

    /// <summary>Where the job's workers are started.</summary>
    public PipelineQueue Queue { get; }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count + Error.Count + Warning.Count + Information.Count + Progress.Count + Verbose.Count + Debug.Count > 0;

    /// <inheritdoc/>
    public override string Location => _location;

    /// <inheritdoc/>
    public override string StatusMessage => string.Empty;

    /// <summary>Begins to take what the workers bring. The job ends when they have.</summary>
    public void Begin()
    {
        SetJobState(JobState.Running);
        _drained = Task.Factory.StartNew(Drain, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        if (JobStateInfo.State is JobState.Completed or JobState.Failed or JobState.Stopped)
        {
            return;
        }

        SetJobState(JobState.Stopping);
        _stop.Cancel();
        _drained.Wait();
        if (JobStateInfo.State == JobState.Stopping)
        {
            // It had come to its end by itself in between.
            SetJobState(JobState.Stopped);
        }
    }

    void IPipelineSink.WriteOutput(object? value) => Output.Add(value as PSObject ?? new PSObject(value));

    void IPipelineSink.WriteFailure(ErrorRecord error)
    {
        _failed = true;
        error.CategoryInfo.Activity = _activity;
        Error.Add(error);
    }

    void IPipelineSink.WriteNote(InformationRecord information) => Information.Add(information);

    void IPipelineSink.WriteWarningText(string text) => Warning.Add(new WarningRecord(text));

    void IPipelineSink.WriteVerboseText(string text) => Verbose.Add(new VerboseRecord(text));

    void IPipelineSink.WriteProgressBar(ProgressRecord progress) => Progress.Add(progress);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Drain()
    {
        try
        {
            Queue.DrainToEnd(this);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped on purpose.
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ((IPipelineSink)this).WriteFailure(ErrorFactory.Create(e, null));
        }
        catch (Exception e)
        {
            // A defect. Where a cmdlet would end with it, nobody but the job's error tells of it here.
            ((IPipelineSink)this).WriteFailure(new ErrorRecord(e, e.GetType().FullName, ErrorCategory.NotSpecified, null));
        }
        finally
        {
            Queue.Dispose();
            SetJobState(_stop.IsCancellationRequested ? JobState.Stopped : _failed ? JobState.Failed : JobState.Completed);
        }
    }
}

using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Jobs;

namespace E2B.PowerShell.Tests.Jobs;

/// <summary>How a job ends whose work does not go well.</summary>
public class E2BJobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_defect_is_the_jobs_error()
    {
        var defect = new InvalidOperationException("not thought of");
        using E2BJob job = await EndedAsync(job => job.Queue.Start<bool>((_, _) => throw defect));

        Assert.Equal(JobState.Failed, job.JobStateInfo.State);
        Assert.Same(defect, Assert.Single(job.Error).Exception);
    }

    [Fact]
    public async Task Errors_are_those_of_the_cmdlet()
    {
        using E2BJob job = await EndedAsync(job => job.Queue.Start(async (writer, _) =>
        {
            await writer.FailureAsync(ErrorFactory.Create(new E2BException("no"), null));
            return false;
        }));

        Assert.Equal(JobState.Failed, job.JobStateInfo.State);
        Assert.Equal("Invoke-E2BSomething", Assert.Single(job.Error).CategoryInfo.Activity);
    }

    [Fact]
    public async Task Work_that_goes_well_completes_it()
    {
        using E2BJob job = await EndedAsync(job => job.Queue.Start(async (writer, _) =>
        {
            await writer.OutputAsync(7);
            return true;
        }));

        Assert.Equal(JobState.Completed, job.JobStateInfo.State);
        Assert.Equal(7, Assert.Single(job.Output).BaseObject);
        Assert.Empty(job.Error);
    }

    private static async Task<E2BJob> EndedAsync(Action<E2BJob> start)
    {
        var job = new E2BJob("Invoke-E2BSomething", "what is run", "name", "sbx1");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        job.StateChanged += (_, change) =>
        {
            if (change.JobStateInfo.State is JobState.Completed or JobState.Failed)
            {
                ended.TrySetResult();
            }
        };
        start(job);
        job.Begin();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        return job;
    }
}

using System.Management.Automation;
using E2B.PowerShell.Listing;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Templates;

/// <summary>The base of cmdlets that follow builds. Ctrl+C ends the following only, and says how to come back.</summary>
public abstract class FollowingCmdlet : ListingCmdlet
{
    private PipelineQueue? _following;

    /// <summary>Writes what a build brings, and where Ctrl+C ends that, tells the person. The pipeline takes no records any more then.</summary>
    private protected void DrainFollowing(BuildRun run, Func<PipelineWriter, CancellationToken, Task<bool>> work)
    {
        // One for each build: a queue that was emptied to its end takes no more.
        _following?.Dispose();
        _following = new PipelineQueue(StopToken);
        try
        {
            _following.Start(work);
            _following.DrainToEnd(this);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            SayHowToComeBack(run);
            throw new PipelineStoppedException();
        }
        catch (PipelineStoppedException) when (StopToken.IsCancellationRequested)
        {
            SayHowToComeBack(run);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _following?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Tells the person, where Ctrl+C has ended the following.</summary>
    private protected void SayHowToComeBack(BuildRun run)
    {
        if (run.ComeBack is { } comeBack)
        {
            Host.UI.WriteLine($"The build goes on. Come back with: {comeBack}");
        }
    }
}

using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Tests.Pipeline;

/// <summary>A pipeline that takes no more while a request is sent again: what the work makes is nobody's then.</summary>
public class AsyncBridgeTests
{
    [Fact]
    public void Work_is_given_up_and_waited_for_when_the_pipeline_throws_at_what_it_is_told()
    {
        bool isUndone = false;

        Assert.Throws<PipelineGoneException>(() => AsyncBridge.Run<int>(
            async token =>
            {
                await RepeatAsync();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    await Task.Delay(50, CancellationToken.None);
                    isUndone = true;
                }

                return 1;
            },
            static _ => throw new PipelineGoneException(),
            TestContext.Current.CancellationToken));

        Assert.True(isUndone);
    }

    [Fact]
    public void What_is_made_all_the_same_reaches_its_caller()
    {
        int made = AsyncBridge.Run(
            async _ =>
            {
                await RepeatAsync();
                return 7;
            },
            static _ => throw new PipelineGoneException(),
            TestContext.Current.CancellationToken);

        Assert.Equal(7, made);
    }

    /// <summary>A request for which there is no connection, which is tried again: that is what -Verbose tells.</summary>
    private static async Task RepeatAsync()
    {
        using var client = new E2BClient(new E2BConnectionOptions { ApiKey = "e2b_00", ApiUrl = new Uri("http://127.0.0.1:1"), Environment = static _ => null });
        await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.KillAsync("sbx1", CancellationToken.None));
    }

    private sealed class PipelineGoneException : Exception;
}

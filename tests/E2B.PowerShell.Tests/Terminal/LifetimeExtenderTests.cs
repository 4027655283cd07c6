using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class LifetimeExtenderTests
{
    private readonly List<TimeSpan> _set = [];
    private readonly List<TimeSpan> _waits = [];

    [Fact]
    public async Task A_short_lifetime_is_extended_at_once()
    {
        await RunAsync([() => TimeSpan.FromSeconds(20)]);
        Assert.Equal([LifetimeExtender.Extension], _set);
        Assert.Equal([TimeSpan.FromMinutes(1)], _waits);
    }

    [Fact]
    public async Task A_long_one_is_never_made_shorter()
    {
        await RunAsync([() => TimeSpan.FromHours(1), () => TimeSpan.FromMinutes(6), () => LifetimeExtender.Least + TimeSpan.FromSeconds(20), () => LifetimeExtender.Least]);
        Assert.Empty(_set);
        Assert.Equal([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5)], _waits);
    }

    [Fact]
    public async Task Failures_are_tried_again_and_remembered()
    {
        LifetimeExtender extender = await RunAsync([() => throw new E2BUnreachableException("down")]);
        Assert.Equal("down", extender.Problem?.Message);
        Assert.Equal([TimeSpan.FromSeconds(5)], _waits);

        extender = await RunAsync([() => throw new E2BUnreachableException("down"), () => TimeSpan.FromSeconds(1)]);
        Assert.Null(extender.Problem);
        Assert.Single(_set);
    }

    [Fact]
    public async Task It_ends_with_the_sandbox()
    {
        await RunAsync([() => throw new SandboxNotFoundException("gone")]);
        Assert.Empty(_waits);
    }

    private async Task<LifetimeExtender> RunAsync(Func<TimeSpan>[] answers)
    {
        int asked = 0;
        _waits.Clear();
        var extender = new LifetimeExtender(
            _ => Task.FromResult(answers[asked++]()),
            (lifetime, _) =>
            {
                _set.Add(lifetime);
                return Task.CompletedTask;
            },
            (wait, token) =>
            {
                _waits.Add(wait);
                return asked < answers.Length ? Task.CompletedTask : Task.FromCanceled(new CancellationToken(canceled: true));
            });
        try
        {
            await extender.RunAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The fake wait ends it.
        }

        return extender;
    }
}

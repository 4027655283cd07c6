using System.IO.Pipes;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

/// <summary>Both ways to wait, that of Linux and that of macOS, which Linux has too.</summary>
public sealed class UnixInputWaitTests : IDisposable
{
    private readonly AnonymousPipeServerStream _first = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _second = new(PipeDirection.Out);

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_tells_which_has_something(bool poll)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no descriptors.");
        Assert.Equal((false, false), Wait(poll, 1));
        _second.WriteByte(1);
        Assert.Equal((false, true), Wait(poll, 60_000));
        _first.WriteByte(1);
        Assert.Equal((true, true), Wait(poll, 60_000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_waits_as_long_as_told(bool poll)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no descriptors.");
        long start = Environment.TickCount64;
        Assert.Equal((false, false), Wait(poll, 120));
        Assert.InRange(Environment.TickCount64 - start, 100, 5000);
    }

    private (bool First, bool Second) Wait(bool poll, int milliseconds)
    {
        int first = (int)_first.ClientSafePipeHandle.DangerousGetHandle();
        int second = (int)_second.ClientSafePipeHandle.DangerousGetHandle();
        TimeSpan timeout = TimeSpan.FromMilliseconds(milliseconds);
        return poll ? UnixInputWait.Poll(first, second, timeout) : UnixInputWait.Select(first, second, timeout);
    }
}

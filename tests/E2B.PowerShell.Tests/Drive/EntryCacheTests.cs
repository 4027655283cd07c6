using E2B.PowerShell.Drive;

namespace E2B.PowerShell.Tests.Drive;

public sealed class EntryCacheTests
{
    private static readonly DriveTarget _directory = new("i1", "/tmp");
    private static readonly DriveTarget _file = new("i1", "/tmp/file");

    private readonly Clock _clock = new();
    private readonly EntryCache _cache;
    private readonly object _command = new();

    public EntryCacheTests()
    {
        _cache = new EntryCache(_clock);
        _cache.Enter(_command);
    }

    [Fact]
    public void What_one_command_learned_is_kept_for_it()
    {
        _cache.Keep(_file, Entry("file"));
        _cache.Enter(_command);
        Assert.True(_cache.TryGetEntry(_file, out SandboxEntry? entry));
        Assert.Equal("file", entry!.Name);
    }

    [Fact]
    public void That_nothing_is_there_is_kept_too()
    {
        _cache.Keep(_file, (SandboxEntry?)null);
        Assert.True(_cache.TryGetEntry(_file, out SandboxEntry? entry));
        Assert.Null(entry);
    }

    [Fact]
    public void A_listing_tells_of_each_entry()
    {
        _cache.Keep(_directory, [Entry("file")]);
        Assert.True(_cache.TryGetListing(_directory, out _));
        Assert.True(_cache.TryGetEntry(_file, out _));
        Assert.False(_cache.TryGetEntry(_directory.Join("other"), out _));
    }

    [Fact]
    public void A_failure_is_not_waited_for_twice()
    {
        var failure = new E2BUnreachableException("no");
        _cache.Keep(_file, failure);
        Assert.True(_cache.TryGetFailure(_file, out Exception? kept));
        Assert.Same(failure, kept);
    }

    [Fact]
    public void The_next_command_asks_anew()
    {
        KeepAll();
        _cache.Enter(new object());
        AssertEmpty();
    }

    [Fact]
    public void A_command_that_is_not_known_asks_anew_every_time()
    {
        _cache.Enter(null);
        KeepAll();
        _cache.Enter(null);
        AssertEmpty();
    }

    [Fact]
    public void A_change_makes_everything_unknown()
    {
        KeepAll();
        _cache.Forget();
        AssertEmpty();
    }

    [Fact]
    public void A_command_that_goes_on_and_on_asks_anew_after_a_while()
    {
        KeepAll();
        _clock.Now += TimeSpan.FromSeconds(3);
        _cache.Enter(_command);
        AssertEmpty();
    }

    private static SandboxEntry Entry(string name) => new() { SandboxId = "i1", Name = name, Path = "/tmp/" + name };

    private void KeepAll()
    {
        _cache.Keep(_directory, [Entry("file")]);
        _cache.Keep(_file, new E2BUnreachableException("no"));
    }

    private void AssertEmpty()
    {
        Assert.False(_cache.TryGetEntry(_file, out _));
        Assert.False(_cache.TryGetListing(_directory, out _));
        Assert.False(_cache.TryGetFailure(_file, out _));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}

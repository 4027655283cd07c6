using System.Globalization;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>A sandbox's log: every entry once and in order, wherever pages end.</summary>
public class LogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Times in microseconds that make page borders hard.</summary>
    public static TheoryData<string> Times => new(
        "0 1000 2000 3000 4000 5000 6000",           // one a millisecond
        "0 1 2 3 4 5 6 7 8",                         // all in one
        "0 999 1000 1001 1999 2000 2000 2000 2001",  // at the borders of milliseconds
        "0 500 500 500 500 500 900 1500 9000",       // alike in everything
        "5 5 5 5 5 5 5 5");

    [Theory]
    [MemberData(nameof(Times))]
    public async Task Each_entry_comes_once_and_in_order_whatever_the_page(string times)
    {
        var log = new FakeLog();
        long[] all = [.. times.Split(' ').Select(static one => long.Parse(one, CultureInfo.InvariantCulture))];
        foreach (long time in all)
        {
            log.Add(time, "at " + time);
        }

        string[] expected = [.. all.Select(static time => "at " + time)];
        for (int size = 1; size <= all.Length + 1; size++)
        {
            Assert.Equal(expected, await MessagesAsync(log, new SandboxLogOptions { PageSize = size }));
            Assert.Equal(expected.Reverse(), await MessagesAsync(log, new SandboxLogOptions { PageSize = size, NewestFirst = true }));
            for (int limit = 0; limit <= all.Length; limit++)
            {
                Assert.Equal(expected.Take(limit), await MessagesAsync(log, new SandboxLogOptions { PageSize = size, Limit = limit }));
                Assert.Equal(expected.Reverse().Take(limit), await MessagesAsync(log, new SandboxLogOptions { PageSize = size, Limit = limit, NewestFirst = true }));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_millisecond_as_full_as_a_page_can_be_is_got_over(bool newestFirst)
    {
        var log = new FakeLog().Add(0, "before");
        for (int i = 0; i < 1000; i++)
        {
            log.Add(1000 + i, "in it");
        }

        log.Add(2000, "after").Add(2001, "after that");

        string[] messages = await MessagesAsync(log, new SandboxLogOptions { NewestFirst = newestFirst });

        string[] expected = ["before", .. Enumerable.Repeat("in it", 1000), "after", "after that"];
        Assert.Equal(newestFirst ? expected.Reverse() : expected, messages);
    }

    [Fact]
    public async Task Two_thousand_entries_are_three_requests_and_no_more_than_were_needed()
    {
        var log = new FakeLog();
        for (int i = 0; i < 2500; i++)
        {
            log.Add(i * 1000L, "entry");
        }

        FakeHandler handler = log.Handler;
        Sandbox sandbox = Client.Sandbox(handler);
        int count = 0;
        await foreach (SandboxLogEntry _ in sandbox.GetLogsAsync(cancellationToken: Token))
        {
            if (++count == 1000)
            {
                Assert.Single(handler.Requests);
            }
        }

        Assert.Equal(2500, count);
        Assert.Equal(3, handler.Requests.Count);
    }

    [Fact]
    public async Task Entries_are_typed()
    {
        var log = new FakeLog().Add(1, "one", "debug").Add(2, "two", "warn").Add(3, "three", "critical").Add(4, "four", "error");

        SandboxLogEntry[] entries = await ReadAsync(Client.Sandbox(log.Handler).GetLogsAsync(cancellationToken: Token));

        Assert.Equal([SandboxLogLevel.Debug, SandboxLogLevel.Warn, SandboxLogLevel.Info, SandboxLogLevel.Error], entries.Select(static one => one.Level));
        Assert.Equal(("sbx1", FakeLog.Beginning.AddMicroseconds(1), TimeSpan.Zero, "7"), (entries[0].SandboxId, entries[0].Timestamp, entries[0].Timestamp.Offset, entries[0].Fields["pid"]));
    }

    [Fact]
    public async Task The_service_is_asked_for_what_was_asked_for()
    {
        var log = new FakeLog().Add(100, "early x", "error").Add(700, "late x", "error").Add(900, "late x", "info").Add(950, "late y", "error").Add(4000, "last x", "error");
        FakeHandler handler = log.Handler;
        var options = new SandboxLogOptions { Since = FakeLog.Beginning.AddMicroseconds(500), Level = SandboxLogLevel.Warn, Search = "x" };

        Assert.Equal(["late x", "last x"], (await ReadAsync(Client.Sandbox(handler).GetLogsAsync(options, Token))).Select(static one => one.Message));
        Assert.Equal(
            $"/v2/sandboxes/sbx1/logs?direction=forward&limit=1000&cursor={FakeLog.Beginning.ToUnixTimeMilliseconds()}&level=warn&search=x", handler.Only.PathAndQuery);
        Assert.Equal(["last x", "late x"], await MessagesAsync(log, options with { NewestFirst = true, PageSize = 1 }));
    }

    [Fact]
    public async Task A_follower_gets_what_is_there_then_what_comes_and_ends_with_the_sandbox()
    {
        var log = new FakeLog().Add(0, "old").Add(10, "old too");
        int asked = 0;
        log.Before = request =>
        {
            if (request.Uri.AbsolutePath.StartsWith("/v2", StringComparison.Ordinal))
            {
                switch (++asked)
                {
                    case 3: log.Add(20, "new in the same millisecond"); break;
                    case 5: log.Add(5000, "new"); break;
                    case 7: log.IsSandboxThere = false; break;
                    case 8: log.Add(6000, "the last"); break;
                }
            }
        };

        SandboxLogEntry[] entries = await ReadAsync(Client.Sandbox(log.Handler).FollowLogsAsync(cancellationToken: Token));

        Assert.Equal(["old", "old too", "new in the same millisecond", "new", "the last"], entries.Select(static one => one.Message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task A_follower_begins_with_so_many_of_the_newest(int limit)
    {
        var log = new FakeLog().Add(0, "1").Add(10, "2").Add(20, "3");
        int asked = 0;
        log.Before = request =>
        {
            if (request.Uri.AbsolutePath.StartsWith("/v2", StringComparison.Ordinal) && ++asked == 3)
            {
                log.Add(30, "new");
                log.IsSandboxThere = false;
            }
        };

        SandboxLogEntry[] entries = await ReadAsync(Client.Sandbox(log.Handler).FollowLogsAsync(new SandboxLogOptions { Limit = limit }, Token));

        Assert.Equal([.. new[] { "1", "2", "3" }.TakeLast(limit), "new"], entries.Select(static one => one.Message));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(429)]
    public async Task A_follower_survives_faults_that_pass(int status)
    {
        var log = new FakeLog().Add(0, "old");
        int asked = 0;
        Sandbox sandbox = Client.Sandbox(new FakeHandler(request =>
        {
            // Each time anew, the log and the sandbox.
            if (++asked % 4 != 0)
            {
                return Answers.Error(status, "try later");
            }

            if (asked == 8)
            {
                log.Add(5000, "new");
                log.IsSandboxThere = false;
            }

            return log.Respond(request);
        }));

        SandboxLogEntry[] entries = await ReadAsync(sandbox.FollowLogsAsync(cancellationToken: Token));

        Assert.Equal(["old", "new"], entries.Select(static one => one.Message));
    }

    [Fact]
    public async Task A_follower_of_a_service_that_stays_away_is_told()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Error(502)));

        await Assert.ThrowsAsync<E2BUnreachableException>(() => ReadAsync(sandbox.FollowLogsAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_follower_of_nothing_known_ends_at_once()
    {
        var log = new FakeLog { IsSandboxThere = false };

        Assert.Empty(await ReadAsync(Client.Sandbox(log.Handler).FollowLogsAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_follower_can_be_told_to_stop()
    {
        var log = new FakeLog().Add(0, "one");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (SandboxLogEntry _ in Client.Sandbox(log.Handler).FollowLogsAsync(cancellationToken: stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    }

    [Fact]
    public void What_cannot_be_asked_for_is_refused_before_it_is()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => throw new InvalidOperationException("a request")));

        Assert.Throws<E2BInvalidArgumentException>(() => sandbox.GetLogsAsync(new SandboxLogOptions { PageSize = 0 }, Token));
        Assert.Throws<E2BInvalidArgumentException>(() => sandbox.GetLogsAsync(new SandboxLogOptions { PageSize = 1001 }, Token));
        Assert.Throws<E2BInvalidArgumentException>(() => sandbox.FollowLogsAsync(new SandboxLogOptions { Limit = -1 }, Token));
        Assert.Throws<E2BInvalidArgumentException>(() => sandbox.GetLogsAsync(new SandboxLogOptions { Search = new string('x', 257) }, Token));
    }

    [Fact]
    public async Task In_debug_mode_nothing_is_asked()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => throw new InvalidOperationException("a request")), change: static o => o with { Debug = true });

        Assert.Empty(await ReadAsync(sandbox.GetLogsAsync(cancellationToken: Token)));
        Assert.Empty(await ReadAsync(sandbox.FollowLogsAsync(cancellationToken: Token)));
        Assert.Empty(await sandbox.GetMetricsAsync(cancellationToken: Token));
    }

    private static async Task<string[]> MessagesAsync(FakeLog log, SandboxLogOptions options) =>
        [.. (await ReadAsync(Client.Sandbox(log.Handler).GetLogsAsync(options, Token))).Select(static one => one.Message)];

    private static async Task<SandboxLogEntry[]> ReadAsync(IAsyncEnumerable<SandboxLogEntry> entries)
    {
        var all = new List<SandboxLogEntry>();
        await foreach (SandboxLogEntry entry in entries)
        {
            all.Add(entry);
        }

        return [.. all];
    }
}

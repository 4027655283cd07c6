using System.Text;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class TerminalSessionTests : IDisposable
{
    private readonly FakeLocalTerminal _local = new();
    private readonly FakeRemoteTerminal _remote = new();
    private readonly TerminalSession _session;

    public TerminalSessionTests() => _session = new TerminalSession(_local, _remote, DetachKey.Parse(DetachKey.Default), _local.Size);

    private static CancellationToken Limit => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _session.Dispose();
        _local.Dispose();
    }

    [Fact]
    public async Task Keys_and_output_go_through_until_the_program_ends()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _local.Type("ü\x03\x04");
        _remote.Show("\e[31mred");
        await UntilAsync(() => _remote.Typed == "ü\x03\x04" && _local.Shown.Contains("\e[31mred", StringComparison.Ordinal));
        Assert.True(_local.IsRaw);
        _remote.Show("last words");
        _remote.End();
        Assert.Equal(3, (await running).ExitCode);
        Assert.Contains("last words\e[0m", _local.Shown, StringComparison.Ordinal);
        Assert.False(_local.IsRaw);
        Assert.False(_local.DiscardedInput);
    }

    [Fact]
    public async Task The_detach_key_lets_go_and_puts_the_screen_back()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _remote.Show("\e[?1049h\e[?1000h");
        await UntilAsync(() => _local.Shown.Contains("1000h", StringComparison.Ordinal));
        _local.Type("abc\x1d");
        _local.Type("\x1dxyz");
        SessionEnd end = await running;
        Assert.Null(end.ExitCode);
        Assert.Equal("\e[?1000h\e[?1049h", Encoding.ASCII.GetString(end.Modes));
        Assert.Contains("\e[?1000l\e[0m\e[?1049l", _local.Shown, StringComparison.Ordinal);
        Assert.False(_local.IsRaw);
    }

    [Fact]
    public async Task The_first_of_the_detach_keys_is_sent_when_no_second_comes()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _local.Type("\x1d");
        await UntilAsync(() => _remote.Typed == "\x1d");
        _remote.End();
        await running;
    }

    [Fact]
    public async Task A_lost_connection_is_an_error_and_the_terminal_is_back()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _remote.Show("\e[?25l");
        _remote.End(new E2BUnreachableException("lost"));
        await Assert.ThrowsAsync<E2BUnreachableException>(() => running);
        Assert.False(_local.IsRaw);
        Assert.True(_local.DiscardedInput);
        Assert.Contains("\e[?25h", _local.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typing_that_fails_is_an_error_unless_the_program_has_ended()
    {
        _remote.TypingFails = new E2BUnreachableException("lost");
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _local.Type("x");
        await Task.Delay(100, Limit);
        _remote.End();
        Assert.Equal(3, (await running).ExitCode);

        using var local = new FakeLocalTerminal();
        var remote = new FakeRemoteTerminal { TypingFails = new E2BUnreachableException("lost") };
        using var session = new TerminalSession(local, remote, null, local.Size);
        local.Type("x");
        await Assert.ThrowsAsync<E2BUnreachableException>(() => session.RunAsync(null, Limit));
        Assert.False(local.IsRaw);
    }

    [Fact]
    public async Task Stopping_gives_the_terminal_back()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        Task<SessionEnd> running = _session.RunAsync(null, stop.Token);
        await UntilAsync(() => _local.IsRaw);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(_local.IsRaw);
    }

    [Fact]
    public async Task A_window_that_is_closed_lets_go()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _local.HangUp();
        Assert.Null((await running).ExitCode);
    }

    [Fact]
    public async Task Abandoning_gives_the_terminal_back_and_shows_no_more()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        _remote.Show("\e[?25l");
        await UntilAsync(() => _local.Shown.Contains("25l", StringComparison.Ordinal));
        _session.Abandon();
        Assert.False(_local.IsRaw);
        string shown = _local.Shown;
        _remote.Show("more");
        _remote.End();
        await running;
        Assert.Equal(shown, _local.Shown);
    }

    [Fact]
    public async Task The_size_follows_the_window()
    {
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        await UntilAsync(() => _local.IsRaw);
        _local.Resize(100, 30);
        await UntilAsync(() => _remote.Sizes.LastOrDefault() == new TerminalSize(100, 30));
        _remote.End();
        await running;
        Assert.Single(_remote.Sizes);
    }

    [Fact]
    public async Task Who_comes_back_makes_the_program_draw_anew()
    {
        Task<SessionEnd> running = _session.RunAsync("\e[?1049h"u8.ToArray(), Limit);
        await UntilAsync(() => _remote.Sizes.Count == 2);
        Assert.Equal([new TerminalSize(80, 23), new TerminalSize(80, 24)], _remote.Sizes);
        Assert.Contains("\e[?1049h", _local.Shown, StringComparison.Ordinal);

        // So does output that is missing.
        _remote.Show(string.Empty);
        await UntilAsync(() => _remote.Sizes.Count == 4);
        _remote.End();
        await running;
    }

    [Fact]
    public async Task A_large_paste_arrives_whole()
    {
        string line = new string('x', 1000) + "\r";
        Task<SessionEnd> running = _session.RunAsync(null, Limit);
        for (int i = 0; i < 2000; i++)
        {
            _local.Type(line);
        }

        await UntilAsync(() => _remote.Typed.Length == 2000 * line.Length);
        _remote.End();
        await running;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10, Limit);
        }

        Assert.True(condition());
    }
}

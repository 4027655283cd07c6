using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Transport;

namespace E2B.Core.Tests.Code;

/// <summary>Whoever stops reading closes the connection: that is what interrupts the code in its kernel.</summary>
public class CodeInterruptTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Giving_up_closes_the_connection()
    {
        await using var service = new EndlessService();
        using var caller = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (CodeEvent _ in service.Sandbox.Code.StreamAsync("while True: pass", cancellationToken: caller.Token))
            {
                await caller.CancelAsync();
            }
        });

        await service.Closed.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Leaving_the_enumeration_closes_the_connection()
    {
        await using var service = new EndlessService();

        await foreach (CodeEvent _ in service.Sandbox.Code.StreamAsync("while True: pass", cancellationToken: Token))
        {
            break;
        }

        await service.Closed.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task The_limit_closes_the_connection_and_is_an_error_of_its_own()
    {
        await using var service = new EndlessService();
        TimeSpan limit = TimeSpan.FromMilliseconds(300);

        E2BTimeoutException error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => service.Sandbox.Code.RunAsync("while True: pass", new CodeRunOptions { Timeout = limit }, Token));

        Assert.Equal((E2BTimeoutKind.Code, limit), (error.Kind, error.Limit));
        await service.Closed.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task The_limit_counts_the_code_and_not_its_reader()
    {
        TimeSpan limit = TimeSpan.FromSeconds(2);
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new FakeServer(async (_, exchange) =>
        {
            await exchange.StartStreamAsync();
            await exchange.ChunkAsync("{\"type\":\"stdout\",\"text\":\"a\"}\n"u8.ToArray());
            await isRead.Task;
            await exchange.ChunkAsync("{\"type\":\"end_of_execution\"}\n"u8.ToArray());
            await exchange.EndStreamAsync();
        });
        int events = 0;

        await foreach (CodeEvent _ in server.Sandbox().Code.StreamAsync("x", new CodeRunOptions { Timeout = limit }, Token))
        {
            events++;
            await Task.Delay(limit * 1.5, Token);
            isRead.SetResult();
        }

        Assert.Equal(1, events);
    }

    [Fact]
    public async Task A_service_that_told_it_lives_and_then_falls_silent_is_lost()
    {
        await using var service = new EndlessService("""{"type":"keepalive"}""", Client.Timing with { Keepalive = TimeSpan.FromMilliseconds(100), SilenceGrace = TimeSpan.Zero });

        E2BUnreachableException error = await Assert.ThrowsAsync<E2BUnreachableException>(
            () => service.Sandbox.Code.RunAsync("x", new CodeRunOptions { Timeout = TimeSpan.Zero }, Token));

        Assert.Contains("was lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_used_again_once_the_code_has_ended()
    {
        await using var server = new FakeServer(async (_, exchange) =>
        {
            await exchange.StartStreamAsync();
            await exchange.ChunkAsync("{\"type\":\"end_of_execution\"}\n"u8.ToArray());
            await exchange.EndStreamAsync();
        });
        Sandbox sandbox = server.Sandbox();

        await sandbox.Code.RunAsync("1", cancellationToken: Token);
        await sandbox.Code.RunAsync("2", cancellationToken: Token);

        Assert.Equal(1, server.Connections);
    }

    /// <summary>A code interpreter whose code says one thing and then runs for ever, until its reader is gone.</summary>
    private sealed class EndlessService : IAsyncDisposable
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly FakeServer _server;
        private readonly StreamTiming? _timing;

        public EndlessService(string line = """{"type":"stdout","text":"begun"}""", StreamTiming? timing = null)
        {
            _timing = timing;
            _server = new FakeServer(async (request, exchange) =>
            {
                if (!request.Contains("/execute", StringComparison.Ordinal))
                {
                    await exchange.AnswerAsync(500, "application/json", "{}"u8.ToArray());
                    return;
                }

                await exchange.StartStreamAsync();
                await exchange.ChunkAsync(Encoding.UTF8.GetBytes(line + "\n"));
                await exchange.ReadRequestAsync();
                _closed.TrySetResult();
                exchange.Close();
            });
        }

        public Task Closed => _closed.Task;

        public Sandbox Sandbox => FakeServer.SandboxAt(_server.Url, _timing);

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}

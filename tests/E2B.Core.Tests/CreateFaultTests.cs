using System.Collections.Concurrent;
using System.Globalization;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>Whatever happens to a create on its way: one sandbox that its caller has, or none. Counted on the server.</summary>
public class CreateFaultTests
{
    private static readonly CreateFault[] _faults = Enum.GetValues<CreateFault>();

    // The server does not do it, or is heard to do it.
    private static readonly CreateFault[] _withoutSandbox =
        [CreateFault.StormOfTooMany, CreateFault.BadGatewayBefore, CreateFault.UnavailableBefore, CreateFault.ResetBefore];

    private static readonly TimeSpan _requestTimeout = TimeSpan.FromSeconds(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>100 tries; 1,000 when <c>E2B_SOAK</c> is set.</summary>
    private static int Tries => Environment.GetEnvironmentVariable("E2B_SOAK") is { Length: > 0 } ? 1000 : 100;

    [Fact(Timeout = 600_000)]
    public async Task No_sandbox_is_leaked_or_doubled()
    {
        await using var plane = new FaultyControlPlane(FaultOf, _requestTimeout + TimeSpan.FromSeconds(1));
        using E2BClient client = ClientOf(plane);
        var had = new ConcurrentDictionary<string, string>();
        var failed = new ConcurrentDictionary<string, E2BException>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Tries).Select(i => i.ToString(CultureInfo.InvariantCulture)),
            new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = Token },
            async (name, token) =>
            {
                try
                {
                    had[name] = (await CreateAsync(client, name, token)).SandboxId;
                }
                catch (E2BException e)
                {
                    failed[name] = e;
                }
            });

        // Each sandbox on the server is one that a caller has, and none was ever made beside them.
        Assert.Equal(had.Values.Order(), plane.Alive.Keys.Order());
        Assert.Equal(had.Count, plane.Made);
        Assert.Equal(
            Enumerable.Range(0, Tries).Select(i => i.ToString(CultureInfo.InvariantCulture)).Where(name => _withoutSandbox.Contains(FaultOf(name))).Order(),
            failed.Keys.Order());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sandbox_that_was_found_again_has_its_token_and_its_labels()
    {
        await using var plane = new FaultyControlPlane(_ => CreateFault.ResetAfter, TimeSpan.Zero);
        using E2BClient client = ClientOf(plane);

        Sandbox sandbox = await CreateAsync(client, "0", Token);

        Assert.Equal(plane.Alive.Keys.Single(), sandbox.SandboxId);
        Assert.Equal("0", Assert.Single(sandbox.Metadata).Value);
        var found = await sandbox.Daemon.GetEndpointAsync(Token);
        Assert.Equal("token-of-" + sandbox.SandboxId, found.Access.AccessToken);
    }

    [Theory(Timeout = 60_000)]
    [InlineData((int)CreateFault.ResetAfter)]
    [InlineData((int)CreateFault.AnswersTooLate)]
    public async Task A_create_that_was_given_up_leaves_nothing_though_its_answer_is_lost(int fault)
    {
        await using var plane = new FaultyControlPlane(_ => (CreateFault)fault, TimeSpan.FromSeconds(1));
        using E2BClient client = ClientOf(plane);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<Sandbox> creating = CreateAsync(client, "0", stop.Token);
        while (plane.Made == 0)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();

        // The reset may have been dealt with before it was given up: then the sandbox is the caller's.
        try
        {
            Sandbox sandbox = await creating;
            Assert.Equal(sandbox.SandboxId, Assert.Single(plane.Alive).Key);
        }
        catch (OperationCanceledException)
        {
            Assert.Empty(plane.Alive);
        }

        Assert.Equal(1, plane.Made);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_was_too_slow_to_answer_is_asked_for_as_long_as_is_said()
    {
        // Slower than the looks after a break: 11 of them, 3 s apart at the end, are more than 15 s.
        int looks = 0;
        using E2BClient client = Client.With(
            new FakeHandler(async (request, token) =>
            {
                if (request.PathAndQuery == "/sandboxes")
                {
                    await Task.Delay(Timeout.Infinite, token);
                }

                return request.Method == HttpMethod.Post ? Answers.Json(Made)
                    : Answers.Json(Interlocked.Increment(ref looks) > 10 ? $"[{Listed}]" : "[]");
            }),
            o => o with { RequestTimeout = TimeSpan.FromMilliseconds(100) });

        Sandbox sandbox = await client.Sandboxes.CreateAsync(cancellationToken: Token);

        Assert.Equal(("sbx1", 11), (sandbox.SandboxId, looks));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sandbox_that_was_found_and_cannot_be_had_is_named()
    {
        using E2BClient client = Client.With(new FakeHandler(request => request.PathAndQuery == "/sandboxes"
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : request.Method == HttpMethod.Post ? Answers.Error(500) : Answers.Json($"[{Listed}]")));

        E2BUnreachableException error = await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Equal("sbx1", error.SandboxId);
        Assert.Contains("The sandbox sbx1 was made all the same", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_is_too_old_is_what_is_told_though_its_sandbox_cannot_be_ended()
    {
        var handler = new FakeHandler(request => request.Method == HttpMethod.Delete
            ? Answers.Error(500)
            : Answers.Json("""{"templateID":"t","sandboxID":"sbx1","clientID":"c","envdVersion":"0.0.1"}"""));
        using E2BClient client = Client.With(handler);

        await Assert.ThrowsAsync<E2BTemplateException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Contains(handler.Requests, request => request.Method == HttpMethod.Delete);
    }

    private const string Made = """{"templateID":"t","sandboxID":"sbx1","clientID":"c","envdVersion":"0.6.13"}""";

    private const string Listed =
        """{"templateID":"t","sandboxID":"sbx1","clientID":"c","envdVersion":"0.6.13","state":"running","startedAt":"2026-01-01T00:00:00Z","endAt":"2036-01-01T00:00:00Z","cpuCount":2,"memoryMB":512,"diskSizeMB":1024}""";

    private static CreateFault FaultOf(string name) => _faults[int.Parse(name, CultureInfo.InvariantCulture) % _faults.Length];

    private static E2BClient ClientOf(FaultyControlPlane plane) =>
        new(Client.Options with { ApiUrl = plane.Url, SandboxUrl = plane.Url, RequestTimeout = _requestTimeout });

    private static Task<Sandbox> CreateAsync(E2BClient client, string name, CancellationToken cancellationToken) =>
        client.Sandboxes.CreateAsync(new SandboxCreateOptions { Metadata = new Dictionary<string, string> { ["try"] = name } }, cancellationToken);
}

using System.Collections.Concurrent;
using System.Globalization;

namespace E2B.EndToEnd.Tests;

/// <summary>Creates that go wrong on their way to the real server: one sandbox that its caller has, or none. Counted on the server.</summary>
public class CreateFaultTests(LocalServer server)
{
    private static readonly CreateFault[] _faults = Enum.GetValues<CreateFault>();

    // The server does not do it.
    private static readonly CreateFault[] _withoutSandbox =
        [CreateFault.StormOfTooMany, CreateFault.ResetBefore, CreateFault.BadGatewayBefore, CreateFault.UnavailableBefore];

    // The usual one: what the server does later than that, and 20 s more, is the client's no more.
    private static readonly TimeSpan _requestTimeout = TimeSpan.FromSeconds(60);

    // Where the answer comes too late by intent. Still longer than a busy machine takes for a create.
    private static readonly TimeSpan _shortTimeout = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Two of each fault; 1,000 when <c>E2B_SOAK</c> is set.</summary>
    private static int Tries => Environment.GetEnvironmentVariable("E2B_SOAK") is { Length: > 0 } ? 1000 : 2 * _faults.Length;

    [Fact(Timeout = 3_600_000)]
    public async Task No_sandbox_is_leaked_or_doubled()
    {
        await using var proxy = await FaultingProxy.StartAsync(server.Client.Connection.ApiUrl, _shortTimeout + TimeSpan.FromSeconds(1));
        using var patient = new E2BClient(server.Options with { ApiUrl = proxy.Url, RequestTimeout = _requestTimeout });
        using var hasty = new E2BClient(server.Options with { ApiUrl = proxy.Url, RequestTimeout = _shortTimeout });

        // All that the server has is looked at after each round, and then ended: a thousand at once would be the machine's test.
        int succeeded = 0;
        foreach (int[] round in Enumerable.Range(0, Tries).Chunk(4 * _faults.Length))
        {
            var had = new ConcurrentDictionary<string, CreateFault>();
            var failed = new ConcurrentBag<(CreateFault Fault, string Message)>();
            await Parallel.ForEachAsync(round, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (number, token) =>
            {
                CreateFault fault = _faults[number % _faults.Length];
                try
                {
                    had[(await CreateAsync(fault == CreateFault.AnswersTooLate ? hasty : patient, number, fault, token)).SandboxId] = fault;
                }
                catch (E2BException e)
                {
                    failed.Add((fault, $"{number} ({(proxy.Saw(number) ? "seen" : "not seen")} by the proxy): {e}"));
                }
            });

            Assert.Empty(proxy.NotMade);
            IReadOnlyList<SandboxInfo> there = await ListAsync();
            Assert.Empty(there.Where(one => !had.ContainsKey(one.SandboxId)).Select(one => $"leaked: {one.SandboxId}, {one.Metadata["fault"]}, made in {proxy.Took.GetValueOrDefault(one.SandboxId).TotalSeconds} s"));
            Assert.Empty(had.Where(one => there.All(other => other.SandboxId != one.Key)).Select(static one => $"not there: {one.Key}, {one.Value}"));
            Assert.All(there, one => Assert.Equal(had[one.SandboxId].ToString(), one.Metadata["fault"]));
            string unexpected = string.Join('\n', failed.Where(static one => !_withoutSandbox.Contains(one.Fault)).Select(static one => $"{one.Fault}: {one.Message}"));
            Assert.True(unexpected.Length == 0, unexpected);
            Assert.Equal(
                round.Select(static number => _faults[number % _faults.Length]).Where(_withoutSandbox.Contains).Order(),
                failed.Select(static one => one.Fault).Order());
            succeeded += had.Count;
            TestContext.Current.SendDiagnosticMessage(
                $"{round[^1] + 1} creates with faults: the server made {proxy.Made}, callers had {succeeded}, {round[^1] + 1 - succeeded} failed as they had to.");
            await Task.WhenAll(there.Select(one => server.Client.Sandboxes.KillAsync(one.SandboxId, Token)));
        }

        // None came later, and none was ever made beside those that a caller had.
        Assert.Empty(await ListAsync());
        Assert.Equal(succeeded, proxy.Made);
    }

    private static Task<Sandbox> CreateAsync(E2BClient client, int number, CreateFault fault, CancellationToken cancellationToken) => client.Sandboxes.CreateAsync(
        new SandboxCreateOptions
        {
            Metadata = new Dictionary<string, string>
            {
                ["suite"] = "faults",
                ["fault"] = fault.ToString(),
                ["try"] = number.ToString(CultureInfo.InvariantCulture),
            },
        },
        cancellationToken);

    private async Task<IReadOnlyList<SandboxInfo>> ListAsync()
    {
        var all = new List<SandboxInfo>();
        var filter = new SandboxListFilter { Metadata = new Dictionary<string, string> { ["suite"] = "faults" } };
        await foreach (SandboxInfo info in server.Client.Sandboxes.ListAsync(filter, Token))
        {
            all.Add(info);
        }

        return all;
    }
}

using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>Alone, since what other tests hold would be counted too.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_megabytes_flow_through_in_flat_memory()
    {
        const int Pieces = 3200;
        byte[] piece = Frames.StdOut(new byte[32 * 1024]);
        await using var server = new FakeServer(async (_, exchange) =>
        {
            await exchange.StartStreamAsync();
            await exchange.ChunkAsync(Frames.Start(7));
            for (int i = 0; i < Pieces; i++)
            {
                await exchange.ChunkAsync(piece);
            }

            await exchange.ChunkAsync(Frames.Join(Frames.Exit(), Frames.Done()));
            await exchange.EndStreamAsync();
        });
        await using CommandHandle handle = await server.Sandbox().Commands.StartAsync("x", cancellationToken: Token);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long total = 0;
        long most = 0;

        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            total += output.Data.Length;
            if (total % (8 * 1024 * 1024) == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(Pieces * 32L * 1024, total);
        Assert.True(most < 8 * 1024 * 1024, $"{most} bytes more than before");
        Assert.True(handle.Result!.Succeeded);
    }
}

using System.Net;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>Lists of many sandboxes while others come and go.</summary>
public sealed class ManySandboxesTests
{
    private const int Count = 250;

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task Each_of_250_is_listed_once_under_creation_and_deletion(string order)
    {
        await using TestServer server = await TestServer.StartAsync();
        var all = new List<string>();
        while (all.Count < Count)
        {
            // Several have the same start, so that the order among them matters too.
            all.AddRange(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.CreateAsync(""","metadata":{"kept":"yes"}"""))));
            server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await Task.WhenAll(all.Where((_, i) => i % 5 == 0).Select(id => server.ApiAsync("POST", $"/sandboxes/{id}/pause")));
        string[] going = [.. all.Where((_, i) => i % 4 == 1)];
        string[] staying = [.. all.Except(going)];

        using var end = new CancellationTokenSource();
        Task changes = ChangeAsync(server, going, end.Token);
        (List<string> seen, int pages) = await ListAsync(server, $"/v2/sandboxes?limit=20&order={order}&metadata=kept%253Dyes");
        await end.CancelAsync();
        await changes;

        Assert.True(pages >= staying.Length / 20);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(staying.Except(seen));
        Assert.Empty(seen.Except(all));
        Assert.Equal(order == "asc" ? seen.OrderBy(all.IndexOf, Comparer<int>.Create((a, b) => (a / 10).CompareTo(b / 10))) : seen.OrderByDescending(all.IndexOf, Comparer<int>.Create((a, b) => (a / 10).CompareTo(b / 10))), seen);
        Assert.Equal(staying.Order(), (await ListAsync(server, "/v2/sandboxes?limit=100&metadata=kept%253Dyes")).Ids.Order());
        Assert.Equal(
            staying.Where(id => all.IndexOf(id) % 5 == 0).Order(),
            (await ListAsync(server, "/v2/sandboxes?limit=7&state=paused&metadata=kept%253Dyes")).Ids.Order());
    }

    /// <summary>Makes sandboxes and ends others until it is told to stop, and then ends the rest of those that are to go.</summary>
    private static async Task ChangeAsync(TestServer server, string[] going, CancellationToken end)
    {
        var others = new Queue<string>();
        foreach (string id in going)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("DELETE", $"/sandboxes/{id}")).Status);
            if (!end.IsCancellationRequested)
            {
                others.Enqueue(await server.CreateAsync());
                server.Clock.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        while (others.TryDequeue(out string? other))
        {
            await server.ApiAsync("DELETE", $"/sandboxes/{other}");
        }
    }

    private static async Task<(List<string> Ids, int Pages)> ListAsync(TestServer server, string path)
    {
        var seen = new List<string>();
        string? token = null;
        int pages = 0;
        do
        {
            Answer page = await server.ApiAsync("GET", path + (token is null ? "" : $"&nextToken={token}"));
            Assert.Equal(HttpStatusCode.OK, page.Status);
            seen.AddRange(page.Json!.AsArray().Select(one => (string)one!["sandboxID"]!));
            token = page.Response.Headers.TryGetValues("X-Next-Token", out IEnumerable<string>? tokens) ? tokens.Single() : null;
            pages++;
        }
        while (token is not null);

        return (seen, pages);
    }
}

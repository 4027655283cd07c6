using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using E2B.LocalServer.Agent;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>The tables of docs/local-server.md say of every route and RPC what the code does, and of none that it does not know.</summary>
public sealed partial class RouteTableTests
{
    private static readonly Dictionary<string, (string State, string Note)> _rows = ReadRows();

    [Fact]
    public void Every_route_of_the_control_plane_has_its_row()
    {
        foreach (Route route in Routes.All)
        {
            string name = $"{route.Method} {route.Path}";
            Assert.True(_rows.TryGetValue(name, out (string State, string Note) row), $"{name} has no row");
            string state = route.Handle is not null ? "works" : route.Never is null ? "not yet" : "not supported";
            Assert.Equal($"{name}: {state}", $"{name}: {row.State}");
            if (route.Never is { } reason)
            {
                Assert.Equal(reason, row.Note);
            }
        }
    }

    [Fact]
    public void Every_route_and_RPC_of_the_agent_has_its_row()
    {
        foreach (string name in AgentNames())
        {
            Assert.True(_rows.TryGetValue(name, out (string State, string Note) row), $"{name} has no row");
            Assert.Equal("works", row.State);
        }
    }

    [Fact]
    public void Every_row_is_a_route_or_an_RPC()
    {
        var known = Routes.All.Select(route => $"{route.Method} {route.Path}").Concat(AgentNames()).ToHashSet(StringComparer.Ordinal);

        Assert.All(_rows.Keys, name => Assert.Contains(name, known));
        Assert.Equal(Routes.All.Length, Routes.All.Select(route => (route.Method, route.Path)).Distinct().Count());
    }

    [Fact]
    public void At_most_one_row_in_ten_is_not_supported_each_for_the_cloud_or_the_one_machine()
    {
        Route[] never = [.. Routes.All.Where(route => route.Never is not null)];

        Assert.All(never, route => Assert.Matches("^(no cloud|one machine): .+", route.Never));
        Assert.All(never, route => Assert.Null(route.Handle));
        Assert.True(never.Length * 10 <= _rows.Count, $"{never.Length} of {_rows.Count} rows are not supported");
    }

    /// <summary>It would take away the exit codes of all that the tests start.</summary>
    [Fact]
    public void An_agent_that_is_only_looked_at_reaps_nobodys_children()
    {
        Assert.NotEmpty(AgentNames());

        Assert.DoesNotContain("reaper", Directory.EnumerateDirectories("/proc/self/task").Select(task => File.ReadAllText(task + "/comm").Trim()));
    }

    private static IEnumerable<string> AgentNames() =>
        AgentApplication.HttpRoutes.Concat(new AgentApplication(new SandboxDefaults("user", isSandbox: true), AgentLog.None).RpcPaths);

    private static Dictionary<string, (string State, string Note)> ReadRows()
    {
        var rows = new Dictionary<string, (string State, string Note)>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Document()))
        {
            if (Row().Match(line) is { Success: true } match)
            {
                // The agent's /health is another one than the control plane's, of the same name.
                string name = match.Groups[1].Value;
                Assert.True(rows.TryAdd(name, (match.Groups[2].Value, match.Groups[3].Value)) || name == "GET /health", $"{name} has two rows");
            }
        }

        return rows;
    }

    private static string Document([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "docs", "local-server.md"));

    [GeneratedRegex(@"^\| `((?:[A-Z]+ )?/[^`]+)` \| (works|not yet|not supported) \| (.*?) ?\|$")]
    private static partial Regex Row();
}

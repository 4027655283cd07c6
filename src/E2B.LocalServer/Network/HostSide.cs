using System.Net.NetworkInformation;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Network;

/// <summary>What a server has on the host for its sandboxes' network: one interface, one table of rules, and forwarding.</summary>
internal sealed class HostSide : IAsyncDisposable
{
    private readonly NetworkOptions _options;
    private readonly Forwarding _forwarding;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private bool _ended;

    private HostSide(NetworkOptions options, NetworkNamespace @namespace, UplinkClaim claim, Forwarding forwarding, ILogger log)
    {
        _options = options;
        _forwarding = forwarding;
        _log = log;
        Namespace = @namespace;
        Claim = claim;
    }

    public NetworkNamespace Namespace { get; }

    public UplinkClaim Claim { get; }

    /// <summary>Removes what servers that died have left, and makes this one's end of the link to a router.</summary>
    /// <param name="options">How.</param>
    /// <param name="sharedDirectory">Where all servers of the machine keep their claims.</param>
    /// <param name="router">The router's namespace.</param>
    /// <param name="log">Where what went wrong later is said.</param>
    public static async Task<HostSide> OpenAsync(NetworkOptions options, string sharedDirectory, NetworkNamespace router, ILogger log)
    {
        var @namespace = options.HostNamespace is { } path ? NetworkNamespace.Open(path) : NetworkNamespace.OfThisProcess();
        HostSide? host = null;
        try
        {
            var directory = Directory(sharedDirectory, @namespace);
            await RemoveLeftAsync(directory, @namespace);
            var claim = await UplinkClaim.TakeAsync(directory, @namespace);
            host = new HostSide(options, @namespace, claim, new Forwarding(Path.Combine(directory, "forwarding"), @namespace), log);
            await host.MakeLinkAsync(router);
            await host._forwarding.RefreshAsync();
            await host.ApplyRulesAsync();
            await host.WarnOfDropsAsync();
            NetworkChange.NetworkAddressChanged += host.OnNetworkChanged;
            return host;
        }
        catch
        {
            await (host?.DisposeAsync() ?? DisposeOf(@namespace));
            throw;
        }
    }

    /// <summary>Removes all of it.</summary>
    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnNetworkChanged;
        await _changing.WaitAsync();
        try
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            await RemoveLinkAsync();
            await RemoveRulesAsync();
            _forwarding.Dispose();
            Claim.Dispose();
            Namespace.Dispose();
        }
        finally
        {
            _changing.Release();
        }
    }

    internal static string Directory(string sharedDirectory, NetworkNamespace @namespace) =>
        Path.Combine(sharedDirectory, "net-" + @namespace.Name.Trim("net:[]".ToCharArray()));

    private static async Task RemoveLeftAsync(string directory, NetworkNamespace host)
    {
        var left = UplinkClaim.TakeLeft(directory);
        if (left.Count > 0)
        {
            await NetworkTool.NftAsync(host, string.Concat(left.Select(claim => HostRules.Remove(claim.Table))));
        }

        foreach (var claim in left)
        {
            claim.Dispose();
        }
    }

    private async Task MakeLinkAsync(NetworkNamespace router)
    {
        // The system may not be through yet with dismantling a dead server's.
        await RemoveLinkAsync();
        await NetworkTool.IpAsync(Namespace, $"""
            link add {Claim.Interface} type veth peer name {RouterRules.Uplink} netns {router.Path}
            """);
        Namespace.Run(() => NetworkSettings.WithoutIPv6(Claim.Interface));
        Forwarding.Set(Namespace, Claim.Interface, on: true);
        await NetworkTool.IpAsync(Namespace, $"""
            address add {Claim.HostAddress}/30 dev {Claim.Interface}
            link set {Claim.Interface} up
            """);
    }

    private async Task RemoveLinkAsync()
    {
        try
        {
            await NetworkTool.IpAsync(Namespace, $"link delete {Claim.Interface}");
        }
        catch (NetworkException)
        {
            // There is none.
        }
    }

    private async Task RemoveRulesAsync()
    {
        try
        {
            await NetworkTool.NftAsync(Namespace, HostRules.Remove(Claim.Table));
        }
        catch (NetworkException e)
        {
            _log.LogWarning(e, "The firewall table {Table} could not be removed; the next start does it.", Claim.Table);
        }
    }

    private static ValueTask DisposeOf(NetworkNamespace @namespace)
    {
        @namespace.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task ApplyRulesAsync()
    {
        var rules = HostRules.Build(Claim, _forwarding.Opened);
        return NetworkTool.NftAsync(Namespace, _options.HostRules?.Invoke(rules) ?? rules);
    }

    // Packets pass only when every table of the host lets them: ours cannot overrule another's.
    private async Task WarnOfDropsAsync()
    {
        var chains = await NetworkTool.AskNftAsync(Namespace, "list", "chains");
        if (chains.Split('\n').Any(line => line.Contains("hook forward", StringComparison.Ordinal) && line.Contains("policy drop", StringComparison.Ordinal)))
        {
            _log.LogWarning(
                "Another program's firewall drops what this machine forwards (Docker's does). If sandboxes have no internet: iptables -I DOCKER-USER -i e2b+ -j ACCEPT; iptables -I DOCKER-USER -o e2b+ -j ACCEPT");
        }
    }

    private async void OnNetworkChanged(object? sender, EventArgs e)
    {
        try
        {
            await _changing.WaitAsync();
            try
            {
                if (!_ended && await _forwarding.RefreshAsync())
                {
                    await ApplyRulesAsync();
                }
            }
            finally
            {
                _changing.Release();
            }
        }
        catch (Exception error)
        {
            _log.LogWarning(error, "The sandboxes' network did not follow a change of this machine's network.");
        }
    }
}

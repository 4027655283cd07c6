namespace E2B.LocalServer.Network;

/// <summary>What sandboxes with a network find in their /etc.</summary>
internal static class SandboxFiles
{
    /// <summary>/etc/resolv.conf.</summary>
    public static string Resolver { get; } = $"# The sandbox's router: it asks the host's name servers.\nnameserver {SandboxNetwork.Gateway}\n";

    /// <summary>Lines of /etc/hosts.</summary>
    public static string Hosts { get; } = $"{SandboxNetwork.Gateway} {SandboxNetwork.GatewayName}\n";

    /// <summary>Writes it over what a tree says that has none.</summary>
    public static void Write(string root)
    {
        File.WriteAllText(Path.Combine(root, "etc/resolv.conf"), Resolver);
        File.AppendAllText(Path.Combine(root, "etc/hosts"), Hosts);
    }
}

namespace E2B.LocalServer.Network;

/// <summary>What sandboxes with a network find in their /etc.</summary>
internal static class SandboxFiles
{
    /// <summary>Writes it over what a tree says that has none.</summary>
    public static void Write(string root)
    {
        File.WriteAllText(Path.Combine(root, "etc/resolv.conf"), $"# The sandbox's router: it asks the host's name servers.\nnameserver {SandboxNetwork.Gateway}\n");
        File.AppendAllText(Path.Combine(root, "etc/hosts"), $"{SandboxNetwork.Gateway} {SandboxNetwork.GatewayName}\n");
    }
}

namespace E2B.LocalServer.Network;

/// <summary>The kernel's network settings, those of the namespace that the calling thread is in.</summary>
internal static class NetworkSettings
{
    private const string Root = "/proc/sys/net/";

    /// <summary>What is set; <see langword="null"/> when there is no such setting.</summary>
    public static string? Get(string name) => File.Exists(Root + name) ? File.ReadAllText(Root + name).Trim() : null;

    /// <summary>Sets it, if there is such a setting: interfaces come and go.</summary>
    /// <returns>Always <see langword="true"/>.</returns>
    public static bool Set(string name, string value)
    {
        if (File.Exists(Root + name))
        {
            File.WriteAllText(Root + name, value);
        }

        return true;
    }

    /// <summary>Switches IPv6 off for an interface, where the kernel has it.</summary>
    public static bool WithoutIPv6(string device) => Set($"ipv6/conf/{device}/disable_ipv6", "1");
}

using System.Globalization;
using System.Management.Automation;
using System.Net;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Ports;

/// <summary>Tells ports from sandboxes where one positional alone may be either.</summary>
internal static class PortArgument
{
    /// <summary>The ports that an argument consists of.</summary>
    /// <returns><see langword="null"/> when it is something else, or empty.</returns>
    public static int[]? Of(object? argument)
    {
        var ports = new List<int>();
        foreach (object value in SandboxArgument.Enumerate(argument))
        {
            object inner = value is PSObject wrapped ? wrapped.BaseObject : value;
            if (inner is not (int or long or short or string) || !LanguagePrimitives.TryConvertTo(inner, CultureInfo.InvariantCulture, out int port))
            {
                return null;
            }

            ports.Add(port);
        }

        return ports.Count == 0 ? null : [.. ports];
    }

    /// <summary>Whether it can be a port.</summary>
    public static bool IsPort(int number) => number is > 0 and <= IPEndPoint.MaxPort;
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace E2B.Networking;

/// <summary>An entry of a list of what a sandbox may connect to, or may not.</summary>
/// <param name="Text">As it goes to the service.</param>
/// <param name="IsName">It is a host name, and no address or range.</param>
internal readonly partial record struct Destination(string Text, bool IsName)
{
    private const string AllTrafficWord = "ALL_TRAFFIC";
    private const int LongestName = 253;

    /// <summary>Reads an entry.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is none.</exception>
    public static Destination Parse(string? entry)
    {
        if (string.Equals(entry, AllTrafficWord, StringComparison.OrdinalIgnoreCase) || entry == SandboxEgressOptions.AllTraffic)
        {
            return new Destination(SandboxEgressOptions.AllTraffic, IsName: false);
        }

        if (TryReadAddress(entry, out IPAddress? address))
        {
            return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
                ? throw new E2BInvalidArgumentException($"'{entry}' is not taken by the service. For every address there is, say ALL_TRAFFIC.")
                : new Destination(entry!, IsName: false);
        }

        return IsHostName(entry)
            ? new Destination(entry!, IsName: true)
            : throw new E2BInvalidArgumentException(
                $"'{entry}' is no address (192.0.2.1), no range (192.0.2.0/24) and no host name (example.com, *.example.com). Leave out scheme, port and path.");
    }

    /// <summary>Whether a text is a host name, <c>*.</c> and one, or <c>*</c>.</summary>
    public static bool IsHostName(string? text)
    {
        if (text == "*")
        {
            return true;
        }

        string name = text?.StartsWith("*.", StringComparison.Ordinal) == true ? text[2..] : text ?? string.Empty;

        // What ends with a number is an address, or is meant to be one.
        return name.Length <= LongestName && HostName().IsMatch(name) && !name[(name.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit);
    }

    private static bool TryReadAddress(string? entry, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        string[] parts = (entry ?? string.Empty).Split('/');
        string text = parts[0];
        if (parts.Length > 2 || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        // .NET would also take "1" for 0.0.0.1, "010.0.0.1" for octal, brackets, and names of interfaces.
        bool isV4 = parsed.AddressFamily == AddressFamily.InterNetwork;
        if (isV4 ? parsed.ToString() != text : text.AsSpan().ContainsAny('[', '%'))
        {
            return false;
        }

        if (parts.Length == 2
            && !(byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte bits) && bits <= (isV4 ? 32 : 128)))
        {
            return false;
        }

        address = parsed;
        return true;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}

using E2B.LocalServer.Network;

namespace E2B.LocalServer.Tests.Network;

/// <summary>Policies in few words.</summary>
internal static class Policies
{
    public const string Everything = "0.0.0.0/0";

    /// <summary>Words parted by spaces: ranges, and for <paramref name="allow"/> names too.</summary>
    public static EgressPolicy Of(string allow = "", string deny = "")
    {
        var allowed = Words(allow);
        return new EgressPolicy
        {
            Allowed = [.. allowed.Where(word => AddressRange.TryParse(word, out _)).Select(AddressRange.Parse)],
            AllowedNames = [.. allowed.Where(word => !AddressRange.TryParse(word, out _)).Select(Name)],
            Denied = [.. Words(deny).Select(AddressRange.Parse)],
        };
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static NamePattern Name(string text) => NamePattern.TryParse(text, out var name) ? name : throw new FormatException(text);
}

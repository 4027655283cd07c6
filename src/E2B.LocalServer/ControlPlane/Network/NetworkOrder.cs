using E2B.LocalServer.Network;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What its maker asked of a sandbox's network, checked. Answered as it was asked, and saved with a paused sandbox.</summary>
internal sealed record NetworkOrder
{
    public IReadOnlyList<string>? AllowOut { get; init; }

    public IReadOnlyList<string>? DenyOut { get; init; }

    public bool? AllowPublicTraffic { get; init; }

    public string? MaskRequestHost { get; init; }

    public IReadOnlyList<int>? HttpsPorts { get; init; }

    /// <summary>The answer to who asks.</summary>
    public NetworkModel ToModel() => new()
    {
        AllowOut = AllowOut,
        DenyOut = DenyOut,
        AllowPublicTraffic = AllowPublicTraffic,
        MaskRequestHost = MaskRequestHost,
        HttpsPorts = HttpsPorts,
    };

    /// <summary>Where the sandbox may connect to.</summary>
    /// <param name="network">What was asked of its network.</param>
    /// <param name="internet">Whether it was given the internet: without, all is denied that is not allowed.</param>
    public static EgressPolicy PolicyOf(NetworkOrder? network, bool? internet) => new()
    {
        Allowed = Ranges(network?.AllowOut),
        AllowedNames = [.. (network?.AllowOut ?? []).Where(entry => !AddressRange.TryParse(entry, out _)).Select(Name)],
        Denied = internet == false ? [AddressRange.All] : Ranges(network?.DenyOut),
    };

    // IPv6 is denied without being asked: there is none.
    private static AddressRange[] Ranges(IReadOnlyList<string>? entries) =>
        [.. (entries ?? []).Where(entry => AddressRange.TryParse(entry, out _)).Select(AddressRange.Parse)];

    private static NamePattern Name(string entry) =>
        NamePattern.TryParse(entry, out NamePattern? name) ? name : throw new InvalidDataException($"'{entry}' is neither an address nor a name");
}

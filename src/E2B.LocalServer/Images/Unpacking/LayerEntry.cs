namespace E2B.LocalServer.Images;

/// <summary>One entry of an archive. Names are bytes, here one character each (Latin-1), whatever they mean to people.</summary>
/// <param name="Name">Where it goes, as written.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes of content that follow.</param>
/// <param name="Mode">Permissions, setuid and its like among them.</param>
/// <param name="User">Owner.</param>
/// <param name="Group">Group.</param>
/// <param name="ModifiedSeconds">Since 1970.</param>
/// <param name="LinkName">Where a link leads.</param>
internal sealed record LayerEntry(
    string Name, LayerEntryKind Kind, long Size, uint Mode, long User, long Group, long ModifiedSeconds, string LinkName);

/// <summary>What an entry is.</summary>
internal enum LayerEntryKind
{
    File,
    Directory,
    SymbolicLink,
    HardLink,

    /// <summary>A device, a pipe or something unknown: never made.</summary>
    Other,
}

namespace E2B.LocalServer.Agent.Watching;

/// <summary>The kernel's names for changes.</summary>
[Flags]
internal enum InotifyMask : uint
{
    Modify = 0x2,
    Attributes = 0x4,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,
    DeleteSelf = 0x400,
    MoveSelf = 0x800,
    Overflow = 0x4000,
    Ignored = 0x8000,
    DirectoriesOnly = 0x01000000,
    IsDirectory = 0x40000000,

    /// <summary>What a watcher asks for.</summary>
    Wanted = Modify | Attributes | MovedFrom | MovedTo | Create | Delete | DeleteSelf | MoveSelf,
}

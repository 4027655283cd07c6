using E2B.Protocol.Filesystem;
using E2B.Protocol.Rest;

namespace E2B.Files;

/// <summary>Between what users see and what is on the wire.</summary>
internal static class FileModels
{
    public static SandboxEntry ToEntry(string sandboxId, EntryInfo entry) => new()
    {
        SandboxId = sandboxId,
        Name = entry.Name,
        FullName = entry.Path,
        Type = entry.Type switch
        {
            FileType.File => SandboxEntryType.File,
            FileType.Directory => SandboxEntryType.Directory,
            FileType.Symlink => SandboxEntryType.SymbolicLink,
            _ => SandboxEntryType.Other,
        },
        Size = entry.Size,
        Mode = (int)entry.Mode,
        Permissions = entry.Permissions,
        Owner = entry.Owner,
        Group = entry.Group,
        ModifiedTime = entry.ModifiedTime?.ToDateTimeOffset(),
        SymlinkTarget = entry.HasSymlinkTarget ? entry.SymlinkTarget : null,
        Metadata = new Dictionary<string, string>(entry.Metadata),
    };

    public static SandboxEntry ToEntry(string sandboxId, WrittenFileModel file, long size) => new()
    {
        SandboxId = sandboxId,
        Name = file.Name,
        FullName = file.Path,
        Type = file.Type == "dir" ? SandboxEntryType.Directory : SandboxEntryType.File,
        Size = size,
        Metadata = file.Metadata is null ? new Dictionary<string, string>() : new Dictionary<string, string>(file.Metadata),
    };
}

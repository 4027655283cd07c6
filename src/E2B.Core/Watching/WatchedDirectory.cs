using E2B.Files;
using E2B.Protocol.Filesystem;

namespace E2B.Watching;

/// <summary>The directory that a watch is about: makes events of what the daemon tells.</summary>
internal sealed class WatchedDirectory(string sandboxId, string path, TimeProvider clock)
{
    /// <summary>How the daemon names the directory itself.</summary>
    private const string Self = ".";

    private readonly string _prefix = path.EndsWith('/') ? path : path + "/";

    /// <summary>Absolute.</summary>
    public string Path => path;

    /// <summary>Whether the directory is not there any more after this: nothing more will be told of it then.</summary>
    public static bool IsEnd(SandboxFileEvent change) =>
        change is { Name: Self, Type: SandboxFileEventType.Remove or SandboxFileEventType.Rename };

    /// <summary>The event for the reader; <see langword="null"/> for a kind that is not known here.</summary>
    public SandboxFileEvent? ToEvent(FilesystemEvent change)
    {
        SandboxFileEventType? type = change.Type switch
        {
            EventType.Create => SandboxFileEventType.Create,
            EventType.Write => SandboxFileEventType.Write,
            EventType.Remove => SandboxFileEventType.Remove,
            EventType.Rename => SandboxFileEventType.Rename,
            EventType.Chmod => SandboxFileEventType.Chmod,
            _ => null,
        };
        return type is { } known ? Make(known, change.Name, change.Entry is { } entry ? FileModels.ToEntry(sandboxId, entry) : null) : null;
    }

    /// <summary>Word that events are missing.</summary>
    public SandboxFileEvent Loss(SandboxFileEventType type) => Make(type, Self, entry: null);

    private SandboxFileEvent Make(SandboxFileEventType type, string name, SandboxEntry? entry)
    {
        bool isSelf = name.Length == 0 || name == Self;
        return new SandboxFileEvent
        {
            SandboxId = sandboxId,
            Type = type,
            Path = isSelf ? path : _prefix + name,
            Name = isSelf ? Self : name,
            Entry = entry,
            Time = clock.GetLocalNow(),
        };
    }
}

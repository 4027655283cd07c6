using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace E2B.PowerShell.Binding;

/// <summary>The one way to name a file or directory together with its sandbox: an entry, or anything with SandboxId and Path.</summary>
/// <param name="SandboxId">The sandbox's id.</param>
/// <param name="Path">The absolute path, which holds no wildcards.</param>
/// <param name="Entry">The entry itself, where it is one.</param>
/// <param name="Origin">The sandbox itself, where it is known.</param>
internal sealed record EntryArgument(string SandboxId, string Path, SandboxEntry? Entry, Sandbox? Origin)
{
    /// <summary>Where entries came from: a piped one works without a connection of the session's, as sandboxes do.</summary>
    private static readonly ConditionalWeakTable<SandboxEntry, Sandbox> _origins = [];

    /// <summary>The entry that a value names.</summary>
    /// <returns><see langword="null"/> when it names none. Text never does: it is a path, or content.</returns>
    public static EntryArgument? Of(object? value)
    {
        object? inner = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (inner)
        {
            case SandboxEntry entry:
                return new EntryArgument(entry.SandboxId, entry.Path, entry, _origins.TryGetValue(entry, out Sandbox? origin) ? origin : null);
            case null or string or ValueType or Array or Sandbox:
                return null;
        }

        PSMemberInfoCollection<PSPropertyInfo> properties = PSObject.AsPSObject(value).Properties;
        return properties["SandboxId"]?.Value is string id && properties["Path"]?.Value is string path
            ? new EntryArgument(id, path, null, null)
            : null;
    }

    /// <summary>Keeps in mind where an entry came from.</summary>
    public static SandboxEntry Remember(SandboxEntry entry, Sandbox origin)
    {
        _origins.AddOrUpdate(entry, origin);
        return entry;
    }
}

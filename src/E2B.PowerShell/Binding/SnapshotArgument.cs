using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>The one way to name a snapshot: an object of it, anything with a <c>SnapshotId</c>, its id or its name.</summary>
internal static class SnapshotArgument
{
    /// <summary>The id or name that a value gives.</summary>
    /// <returns><see langword="null"/> when it gives none.</returns>
    public static string? GetId(object? value)
    {
        string? id = (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value) switch
        {
            null => null,
            SnapshotInfo snapshot => snapshot.SnapshotId,
            string text => text,
            object other => PSObject.AsPSObject(other).Properties["SnapshotId"]?.Value as string,
        };
        return string.IsNullOrWhiteSpace(id) ? null : id;
    }

    /// <summary>Whether a snapshot has a name that fits a pattern: with the namespace, without it, or with the tag.</summary>
    public static bool HasName(SnapshotInfo snapshot, WildcardPattern pattern) =>
        snapshot.Names.Any(name => pattern.IsMatch(name) || pattern.IsMatch(name[(name.LastIndexOf('/') + 1)..]))
        || (snapshot.Names.Count > 0 && (pattern.IsMatch(snapshot.SnapshotId) || pattern.IsMatch(snapshot.SnapshotId[(snapshot.SnapshotId.LastIndexOf('/') + 1)..])));
}

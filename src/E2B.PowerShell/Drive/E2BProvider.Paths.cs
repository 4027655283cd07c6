using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Drive;

/// <content>Paths: what the engine asks about their form. None of it asks the sandbox.</content>
public sealed partial class E2BProvider
{
    private static readonly char _separator = Path.DirectorySeparatorChar;

    /// <summary>The entry that is being written, where its name is another one in paths: the engine asks for it.</summary>
    private (string Path, string Name)? _written;

    /// <inheritdoc/>
    protected override bool IsValidPath(string path)
    {
        (string id, string[] parts) = DriveTarget.Divide(path ?? string.Empty);
        return id.Length > 0 && !parts.Any(static part => part.Contains('\0'));
    }

    /// <inheritdoc/>
    protected override string MakePath(string parent, string child)
    {
        // The engine would refuse "..", and go on with the root.
        bool isBelowRoot = string.IsNullOrEmpty(parent) || parent == PSDriveInfo?.Root;
        string path = DrivePaths.Make(parent, isBelowRoot ? DrivePaths.Clamp(child ?? string.Empty, _separator) : child, _separator);
        if (_separator == '/' && (HasBackslash(parent) || HasBackslash(child)))
        {
            Cache.NoteBackslash(path);
        }

        return path;
    }

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string root) => DrivePaths.Parent(path, root ?? PSDriveInfo?.Root, _separator);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => _written is { } written && written.Path == path
        ? written.Name
        : DrivePaths.Child(path, _separator);

    /// <inheritdoc/>
    protected override string NormalizeRelativePath(string path, string basePath) => DrivePaths.Relative(path, basePath, _separator);

    private static bool HasBackslash(string? path) => path is not null && (path.Contains('\\') || State.Cache.HadBackslash(path));

    /// <summary>Writes an entry of a directory as an item; the root is in none.</summary>
    private void WriteEntry(SandboxEntry entry, DriveTarget directory)
    {
        DriveTarget target = entry.Path == "/" ? directory : directory.Join(entry.Name);
        string path = target.ToProviderPath(_separator);
        _written = target.HasBackslash ? (path, entry.Name) : null;
        try
        {
            WriteItemObject(ToItem(EntryArgument.Remember(entry, SandboxOf(target).Sandbox), target), path, entry.IsDirectory);
        }
        finally
        {
            _written = null;
        }
    }

    /// <summary>
    /// The entry with a Path that PowerShell's cmdlets understand. They take -Path from a piped object's Path before they
    /// look at PSPath, and the path in the sandbox would be one of this machine: dir | Remove-Item would remove local files.
    /// The cmdlets of this module take the entry itself.
    /// </summary>
    private PSObject ToItem(SandboxEntry entry, DriveTarget target)
    {
        PSObject item = PSObject.AsPSObject(entry);
        SetNote(item, "Path", WildcardPattern.Escape(PathFor(target)));
        SetNote(item, "FullName", entry.Path);
        return item;
    }

    private static void SetNote(PSObject item, string name, string value)
    {
        // An entry may have been written before, by another drive.
        if (item.Properties[name] is PSNoteProperty note)
        {
            note.Value = value;
        }
        else
        {
            item.Members.Add(new PSNoteProperty(name, value));
        }
    }

    /// <summary>A path that leads to an entry from anywhere in this session: by the drive, where it is on it.</summary>
    private string PathFor(DriveTarget target)
    {
        string path = target.ToProviderPath(_separator);
        if (PSDriveInfo is E2BDriveInfo drive && drive.SandboxId == target.SandboxId && Contains(drive, target))
        {
            return $"{drive.Name}:{_separator}{path[drive.Root.Length..].TrimStart(_separator)}";
        }

        return $"{ProviderInfo}::{path}";
    }

    /// <summary>Whether an item may be worked with; where not, there is an error about it.</summary>
    private bool MayUse(string path, DriveTarget target)
    {
        if (target.HasBackslash)
        {
            WriteError(Unnameable(path, target));
        }

        return !target.HasBackslash;
    }

    /// <summary>Why nothing is at a path.</summary>
    private ErrorRecord Missing(string path, DriveTarget target) => FindUnnameable(path, target) is { } unnameable ? Unnameable(path, unnameable) : NotFound(path);

    private static ErrorRecord Unnameable(string path, DriveTarget target) => ErrorFactory.InvalidArgument(
        "E2BWindowsPath",
        $"The name of '{target.Path}' in the sandbox {target.SandboxId} has a backslash in it, which divides directories on a drive. "
        + "It is shown here and cannot be worked with: use Invoke-E2BCommand.",
        path);

    /// <summary>The record for nothing at a path, as PowerShell's own providers have it.</summary>
    private static ErrorRecord NotFound(string path) => new(
        new ItemNotFoundException($"Cannot find path '{path}' because it does not exist."), "PathNotFound", ErrorCategory.ObjectNotFound, path);
}

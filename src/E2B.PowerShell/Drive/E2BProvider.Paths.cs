using System.Management.Automation;

namespace E2B.PowerShell.Drive;

/// <content>Paths: what the engine asks about their form. None of it asks the sandbox.</content>
public sealed partial class E2BProvider
{
    private static readonly char _separator = Path.DirectorySeparatorChar;

    /// <summary>The entry that is being written: the engine asks for its name, which a backslash in it would hide.</summary>
    private (string Path, string Parent, string Name)? _written;

    /// <inheritdoc/>
    protected override bool IsValidPath(string path)
    {
        (string id, string[] parts) = DriveTarget.Divide(path ?? string.Empty);
        return id.Length > 0 && !parts.Any(static part => part.Contains('\0'));
    }

    /// <inheritdoc/>
    protected override string MakePath(string parent, string child)
    {
        string path = DrivePaths.Make(parent, child, _separator);
        if (_separator == '/' && (HasBackslash(parent) || HasBackslash(child)))
        {
            State.Cache.NoteBackslash(path);
        }

        return path;
    }

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string root) => _written is { } written && written.Path == path
        ? written.Parent
        : DrivePaths.Parent(path, root ?? PSDriveInfo?.Root, _separator);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => _written is { } written && written.Path == path
        ? written.Name
        : DrivePaths.Child(path, _separator);

    /// <inheritdoc/>
    protected override string NormalizeRelativePath(string path, string basePath) => DrivePaths.Relative(path, basePath, _separator);

    private bool HasBackslash(string? path) => path is not null && (path.Contains('\\') || State.Cache.HadBackslash(path));

    /// <summary>Writes an entry as the item at a path of the provider.</summary>
    private void WriteEntry(SandboxEntry entry, DriveTarget directory)
    {
        bool hasBackslash = entry.Name.Contains('\\');
        string parent = directory.ToProviderPath(_separator, bareRoot: true);
        string path = entry.Name.Length == 0 || entry.Path == "/"
            ? directory.ToProviderPath(_separator)
            : directory.Join(entry.Name).ToProviderPath(_separator);
        _written = hasBackslash ? (path, parent, entry.Name) : null;
        try
        {
            WriteItemObject(entry, path, entry.IsDirectory);
        }
        finally
        {
            _written = null;
        }
    }

    /// <summary>The record for nothing at a path, as PowerShell's own providers have it.</summary>
    private static ErrorRecord NotFound(string path) => new(
        new ItemNotFoundException($"Cannot find path '{path}' because it does not exist."), "PathNotFound", ErrorCategory.ObjectNotFound, path);
}

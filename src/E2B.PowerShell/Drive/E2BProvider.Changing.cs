using System.Management.Automation;
using System.Text;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Drive;

/// <content>What is made, copied, moved and removed: all of it by the sandbox, no content comes here.</content>
public sealed partial class E2BProvider
{
    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object newItemValue)
    {
        DriveTarget target = Parse(path);
        if (!MayUse(path, target))
        {
            return;
        }

        string? kind = KindOf(itemTypeName);
        if (kind is null)
        {
            WriteError(Refusal("E2BInvalidArgument", $"'{itemTypeName}' is no type of item here. Types are File, Directory and SymbolicLink.", path));
            return;
        }

        SandboxEntry? there = Find(target);
        if (there is not null && !(Force && (kind == "Directory" ? there.IsDirectory : !there.IsDirectory)))
        {
            WriteError(Exists(path));
            return;
        }

        if (!Force && kind != "Directory" && Find(target.Parent) is not { IsDirectory: true })
        {
            WriteError(NotFound(target.Parent.ToProviderPath(_separator)));
            return;
        }

        if (ShouldProcess($"Destination: {path}", $"Create {kind}") && (there is { IsDirectory: true } || Create(target, kind, newItemValue)))
        {
            GetItem(target.ToProviderPath(_separator));
        }
    }

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse)
    {
        DriveTarget target = Parse(path);
        SandboxEntry? entry = Find(target);
        if (entry is null)
        {
            WriteError(Missing(path, target));
            return;
        }

        if (!MayUse(path, target))
        {
            return;
        }

        if (target.IsRoot)
        {
            WriteError(Refusal("E2BInvalidArgument", "The root of a sandbox cannot be removed. Remove-E2BSandbox ends the sandbox.", path));
            return;
        }

        // Of a link to a directory only the link goes.
        bool isDirectory = entry is { IsDirectory: true, SymlinkTarget: null };
        if (isDirectory && !recurse && List(target).Count > 0)
        {
            WriteError(new ErrorRecord(
                new IOException($"Directory {path} cannot be removed because it is not empty. -Recurse removes it with all it holds."),
                "DirectoryNotEmpty",
                ErrorCategory.WriteError,
                path));
            return;
        }

        if (ShouldProcess(path, isDirectory ? "Remove Directory" : "Remove File"))
        {
            (FilesClient files, SandboxFileOptions options) = FilesOf(target);
            TryChange(
                async token =>
                {
                    await files.RemoveAsync(target.Path, options, token).ConfigureAwait(false);
                    return true;
                },
                target,
                out _);
        }
    }

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName)
    {
        DriveTarget target = Parse(path);
        if (string.IsNullOrEmpty(newName) || newName is "." or ".." || newName.Contains('/') || newName.Contains('\\'))
        {
            WriteError(Refusal("E2BInvalidArgument", $"'{newName}' is no name. Rename-Item gives another name in the same directory; Move-Item moves.", newName));
            return;
        }

        Move(path, target, target.Parent.Join(newName), $"Item: {path} Destination: {newName}", "Rename Item", target.IsRoot ? "The root of a sandbox cannot be renamed." : null);
    }

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination)
    {
        DriveTarget target = Parse(path);
        if (TryGetDestination(target, destination, out DriveTarget to))
        {
            Move(path, target, to, $"Item: {path} Destination: {destination}", "Move Item", target.IsRoot ? "The root of a sandbox cannot be moved." : null);
        }
    }

    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse)
    {
        DriveTarget target = Parse(path);
        SandboxEntry? entry = Find(target);
        if (entry is null)
        {
            WriteError(Missing(path, target));
            return;
        }

        if (!MayUse(path, target) || !TryGetDestination(target, copyPath, out DriveTarget to))
        {
            return;
        }

        if (to == target)
        {
            WriteError(Refusal("E2BInvalidArgument", $"'{path}' cannot be copied to itself.", path));
            return;
        }

        if (!ShouldProcess($"Item: {path} Destination: {to}", "Copy Item"))
        {
            return;
        }

        (FilesClient files, SandboxFileOptions options) = FilesOf(to);
        bool isDirectory = entry is { IsDirectory: true, SymlinkTarget: null };
        bool done = isDirectory && !recurse
            ? TryChange(token => files.MakeDirectoryAsync(to.Path, options, token), to, out _)
            : TryRun(to, "cp", Force ? ["-a", "-f", "-T", "--", target.Path, to.Path] : ["-a", "-T", "--", target.Path, to.Path]);
        if (done)
        {
            WriteEntry(At(to.Path, entry), to.Parent);
        }
    }

    /// <summary>The entry as it is at another path.</summary>
    private static SandboxEntry At(string path, SandboxEntry entry) => new()
    {
        SandboxId = entry.SandboxId,
        Name = SandboxPath.NameOf(path),
        Path = path,
        Type = entry.Type,
        Size = entry.Size,
        Mode = entry.Mode,
        Permissions = entry.Permissions,
        Owner = entry.Owner,
        Group = entry.Group,
        ModifiedTime = entry.ModifiedTime,
        SymlinkTarget = entry.SymlinkTarget,
        Metadata = entry.Metadata,
    };

    private static ErrorRecord Refusal(string id, string message, object? target) => Errors.ErrorFactory.InvalidArgument(id, message, target);

    private static ErrorRecord Exists(string path) => new(
        new IOException($"'{path}' is there already. -Force replaces a file."), "ItemExistsAlready", ErrorCategory.ResourceExists, path);

    private static string? KindOf(string? typeName) => string.IsNullOrEmpty(typeName)
        ? "File"
        : Array.Find(["File", "Directory", "SymbolicLink"], kind => kind.StartsWith(typeName, StringComparison.OrdinalIgnoreCase));

    private bool Create(DriveTarget target, string kind, object? value)
    {
        (FilesClient files, SandboxFileOptions options) = FilesOf(target);
        switch (kind)
        {
            case "Directory":
                return TryChange(token => files.MakeDirectoryAsync(target.Path, options, token), target, out _);
            case "SymbolicLink":
                // The parent, which only -Force lets be missing, is made as it is for files.
                string link = LinkTarget(LanguagePrimitives.ConvertTo<string>(value));
                return (!Force || TryChange(token => files.MakeDirectoryAsync(target.Parent.Path, options, token), target, out _))
                    && TryRun(target, "ln", ["-s", Force ? "-fT" : "-T", "--", link, target.Path]);
            default:
                byte[] content = value is null ? [] : Encoding.UTF8.GetBytes(LanguagePrimitives.ConvertTo<string>(value));
                return TryChange(token => files.WriteAsync(target.Path, content, options, token), target, out _);
        }
    }

    /// <summary>Where a link leads, as Linux reads it: the path may be written as one of this drive.</summary>
    private string LinkTarget(string value)
    {
        string path = value.Replace('\\', '/');
        if (PSDriveInfo is not E2BDriveInfo drive)
        {
            return path;
        }

        string name = drive.Name + ":";
        return path.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? Parse(DrivePaths.Make(drive.Root, path[name.Length..], '/')).Path
            : path.StartsWith(drive.SandboxId + ":", StringComparison.Ordinal) ? Parse(path).Path
            : path;
    }

    /// <summary>Where something goes: into a directory that is there, else to the path itself.</summary>
    private bool TryGetDestination(DriveTarget source, string destination, out DriveTarget target)
    {
        target = Parse(destination);
        if (target.SandboxId != source.SandboxId)
        {
            WriteError(Refusal(
                "E2BInvalidArgument",
                $"'{destination}' is in another sandbox than '{source}'. A drive works within one sandbox; Copy-E2BItem copies between them.",
                destination));
            return false;
        }

        if (Find(target) is { IsDirectory: true } && target != source)
        {
            target = target.Join(source.Name);
        }

        return true;
    }

    private void Move(string path, DriveTarget source, DriveTarget destination, string what, string action, string? refusal)
    {
        if (refusal is not null)
        {
            WriteError(Refusal("E2BInvalidArgument", refusal, source.ToString()));
            return;
        }

        if (!MayUse(path, source))
        {
            return;
        }

        if (Find(source) is null)
        {
            WriteError(Missing(path, source));
            return;
        }

        if (source == destination)
        {
            return;
        }

        if (Find(destination) is { } there && (!Force || there is { IsDirectory: true, SymlinkTarget: null }))
        {
            WriteError(Exists(destination.ToProviderPath(_separator)));
            return;
        }

        (FilesClient files, SandboxFileOptions options) = FilesOf(source);
        if (ShouldProcess(what, action)
            && TryChange(token => files.MoveAsync(source.Path, destination.Path, options, token), source, out SandboxEntry moved))
        {
            WriteEntry(moved, destination.Parent);
        }
    }

    /// <summary>Runs a program in the sandbox. Its arguments reach it as they are.</summary>
    private bool TryRun(DriveTarget target, string program, string[] arguments)
    {
        (Sandbox sandbox, string? user) = SandboxOf(target);
        var options = new CommandOptions { User = user, WorkingDirectory = "/", Timeout = TimeSpan.Zero, MaxCapturedBytes = 64 * 1024 };
        return TryChange(
            async token => (await sandbox.Commands.RunAsync(program, arguments, options, token).ConfigureAwait(false)).EnsureSuccess(), target, out _);
    }
}

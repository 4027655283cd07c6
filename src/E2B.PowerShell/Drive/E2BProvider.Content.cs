using System.Management.Automation.Provider;
using E2B.PowerShell.Drive.Content;
using E2B.PowerShell.Drive.Parameters;

namespace E2B.PowerShell.Drive;

/// <content>Content of files, streamed both ways.</content>
public sealed partial class E2BProvider
{
    /// <inheritdoc/>
    public IContentReader GetContentReader(string path)
    {
        DriveTarget target = Parse(path);
        if (!MayUse(path, target))
        {
            return null!;
        }

        if (FindUnnameable(path, target) is { } unnameable)
        {
            WriteError(Unnameable(path, unnameable));
            return null!;
        }

        (FilesClient files, SandboxFileOptions options) = FilesOf(target);
        return TryAwait(token => files.OpenReadAsync(target.Path, options, token), target, out SandboxFileStream content)
            ? new DriveContentReader(content, DynamicParameters as ContentReaderParameters ?? new(), target.Path, WriteError, _stop.Token)
            : null!;
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new ContentReaderParameters();

    /// <inheritdoc/>
    public IContentWriter GetContentWriter(string path)
    {
        DriveTarget target = Parse(path);
        if (!MayUse(path, target))
        {
            return null!;
        }

        (Sandbox sandbox, string? user) = SandboxOf(target);

        // What is known of the file will be wrong as soon as the writer has started.
        Cache.Forget();
        return new DriveContentWriter(sandbox, user, target.Path, DynamicParameters as ContentWriterParameters ?? new(), WriteError, _stop.Token);
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new ContentWriterParameters();

    /// <inheritdoc/>
    public void ClearContent(string path)
    {
        // Set-Content clears first. Its upload replaces the file anyway.
        if (DynamicParameters is ContentWriterParameters)
        {
            return;
        }

        DriveTarget target = Parse(path);
        if (!MayUse(path, target))
        {
            return;
        }

        if (Find(target) is not { IsDirectory: false })
        {
            WriteError(Find(target) is null
                ? Missing(path, target)
                : Refusal("E2BInvalidArgument", $"'{target.Path}' is a directory. Only files have content.", path));
        }
        else if (ShouldProcess(path, "Clear Content"))
        {
            (FilesClient files, SandboxFileOptions options) = FilesOf(target);
            TryChange(token => files.WriteAsync(target.Path, ReadOnlyMemory<byte>.Empty, options, token), target, out _);
        }
    }

    /// <inheritdoc/>
    public object ClearContentDynamicParameters(string path) => null!;
}

namespace E2B.PowerShell.Copying;

/// <summary>Writes a local file whole or not at all: beside its place first, and there by renaming.</summary>
internal static class LocalDraft
{
    /// <summary>Writes the file. What is there stays as it is until all is written, and for good when that fails.</summary>
    /// <param name="file">The file. Where it is a link, what that leads to is written.</param>
    /// <param name="content">What it is to hold.</param>
    /// <param name="overwrite">Whether one that is there may be replaced.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BConflictException">It is there, and may not be replaced.</exception>
    public static async Task WriteAsync(string file, byte[] content, bool overwrite, CancellationToken cancellationToken)
    {
        string target = File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file : file;
        string draft = Path.Combine(Path.GetDirectoryName(target)!, $".{Guid.NewGuid():N}.part");
        try
        {
            await File.WriteAllBytesAsync(draft, content, cancellationToken).ConfigureAwait(false);
            if (overwrite && !OperatingSystem.IsWindows() && File.Exists(target))
            {
                // Who may read it is not for its new content to decide.
                File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            }

            File.Move(draft, target, overwrite);
        }
        catch (Exception e)
        {
            File.Delete(draft);
            throw e is IOException && !overwrite && File.Exists(target)
                ? new E2BConflictException($"'{file}' is there already. Use -Force to replace it.")
                : e;
        }
    }
}

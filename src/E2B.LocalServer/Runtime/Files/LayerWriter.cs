using System.Diagnostics;

namespace E2B.LocalServer.Runtime;

/// <summary>Saves what a sandbox has written as a layer: per tree of the base a folder, as overlays want it.</summary>
internal static class LayerWriter
{
    public static async Task SaveAsync(string disk, BaseFileSystem baseFileSystem, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        try
        {
            foreach (var tree in baseFileSystem.Trees)
            {
                await CopyAsync(Path.Combine(disk, tree.Name, "upper"), Path.Combine(folder, tree.Name), cancellationToken);
            }
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>
    /// cp keeps what a layer is made of: owners, hard links, holes, the devices that mark deleted files, and the
    /// attributes in which an overlay notes what it has renamed.
    /// </summary>
    private static async Task CopyAsync(string source, string target, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/cp", ["--archive", "--reflink=auto", "--sparse=always", "--no-target-directory", source, target])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new SandboxException($"Saving a layer failed: {errors.Trim()}");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}

using System.Collections.ObjectModel;
using System.Management.Automation;

namespace E2B.PowerShell.Syncing;

/// <summary>A local directory, as PowerShell names it.</summary>
internal static class LocalDirectory
{
    /// <summary>The absolute path in the file system.</summary>
    /// <param name="cmdlet">Whose location counts.</param>
    /// <param name="path">A path, with wildcards unless it is literal; it may lie on a drive of PowerShell's.</param>
    /// <param name="isLiteral">Whether it is taken as it is.</param>
    /// <exception cref="E2BInvalidArgumentException">It is nothing of the file system, or several things.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static string Find(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        ProviderInfo provider;
        Collection<string> found;
        try
        {
            found = isLiteral || !WildcardPattern.ContainsWildcardCharacters(path)
                ? [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(isLiteral ? path : WildcardPattern.Unescape(path), out provider, out _)]
                : cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out provider);
        }
        catch (ItemNotFoundException e)
        {
            throw new DirectoryNotFoundException($"There is no directory '{path}'.", e);
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ProviderInvocationException)
        {
            throw new E2BInvalidArgumentException($"'{path}' is no local directory: {e.Message}", e);
        }

        if (provider.Name != "FileSystem")
        {
            throw new E2BInvalidArgumentException($"'{path}' is of the provider {provider.Name}. Name a directory of the file system.");
        }

        string[] directories = [.. found.Where(Directory.Exists)];
        return directories.Length switch
        {
            1 => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directories[0])),
            0 => throw new DirectoryNotFoundException($"There is no directory '{path}'."),
            _ => throw new E2BInvalidArgumentException($"'{path}' stands for {directories.Length} directories. Sync one at a time."),
        };
    }
}

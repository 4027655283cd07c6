using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Copying;

/// <summary>Local files and directories as PowerShell names them.</summary>
internal static class LocalItems
{
    /// <summary>The files and directories that a path means. What is not there is an error, unless it has wildcards.</summary>
    public static IEnumerable<string> Find(E2BCmdlet cmdlet, string path, bool isLiteral, bool withHidden)
    {
        IEnumerable<PSObject> found;
        try
        {
            found = cmdlet.SessionState.InvokeProvider.Item.Get([path], force: true, literalPath: isLiteral);
        }
        catch (Exception e) when (e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            cmdlet.WriteError(ErrorFactory.NotFound(
                "E2BLocalFileNotFound", $"There is no '{path}' on this machine. Paths of a sandbox come with -FromSandbox.", path));
            yield break;
        }

        bool hidesDots = !isLiteral && !withHidden && WildcardPattern.ContainsWildcardCharacters(path)
            && !path[(path.LastIndexOfAny(['/', '\\']) + 1)..].StartsWith('.');
        foreach (PSObject item in found)
        {
            if (item.BaseObject is not FileSystemInfo info)
            {
                cmdlet.WriteError(ErrorFactory.InvalidArgument("E2BNotAFile", $"'{path}' is no file or directory: it belongs to another provider.", path));
            }
            else if (!hidesDots || !info.Attributes.HasFlag(FileAttributes.Hidden))
            {
                yield return info.FullName;
            }
        }
    }

    /// <summary>Where a path is, there or not; a slash at its end stays.</summary>
    public static string Resolve(E2BCmdlet cmdlet, string path)
    {
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            cmdlet.Refuse("E2BNotAFile", $"'{path}' is no place for files: it belongs to the provider {provider.Name}.", path);
        }

        return Path.EndsInDirectorySeparator(path) && !Path.EndsInDirectorySeparator(full) ? full + Path.DirectorySeparatorChar : full;
    }
}

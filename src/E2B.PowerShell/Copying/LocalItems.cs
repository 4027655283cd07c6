using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Copying;

/// <summary>Local files and directories as PowerShell names them.</summary>
internal static class LocalItems
{
    /// <summary>The files and directories that a path means. What is not there is an error, unless it has wildcards.</summary>
    /// <param name="cmdlet">Who asks.</param>
    /// <param name="path">The path.</param>
    /// <param name="isLiteral">Whether it is meant as it is.</param>
    /// <param name="withHidden">Whether wildcards stand for hidden names too.</param>
    /// <param name="hint">What may be meant instead of a file that is not there, for the end of the message.</param>
    public static IEnumerable<string> Find(E2BCmdlet cmdlet, string path, bool isLiteral, bool withHidden, string? hint = null)
    {
        IEnumerable<PSObject> found;
        try
        {
            found = cmdlet.SessionState.InvokeProvider.Item.Get([path], force: true, literalPath: isLiteral);
        }
        catch (Exception e) when (e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            cmdlet.WriteError(ErrorFactory.NotFound(
                "E2BLocalFileNotFound", $"There is no '{path}' on this machine.{(hint is null ? null : " " + hint)}", path));
            yield break;
        }

        bool hidesDots = !isLiteral && !withHidden && WildcardPattern.ContainsWildcardCharacters(path)
            && !path[(path.LastIndexOfAny(['/', '\\']) + 1)..].StartsWith('.');
        foreach (PSObject item in found)
        {
            if (item.BaseObject is not FileSystemInfo info)
            {
                cmdlet.WriteError(ErrorFactory.InvalidArgument("E2BNotAFile", $"'{path}' is no file or directory of this machine{(item.BaseObject is SandboxEntry ? ": it is in a sandbox. Pipe it, as Get-Item gives it." : ", it belongs to another provider.")}", path));
            }
            else if (!hidesDots || !info.Attributes.HasFlag(FileAttributes.Hidden))
            {
                yield return info.FullName;
            }
        }
    }

    /// <summary>The one local directory that a path means. What is not there is an error by then.</summary>
    public static string? FindDirectory(E2BCmdlet cmdlet, string path, bool isLiteral)
    {
        string[] found = [.. Find(cmdlet, path, isLiteral, withHidden: false)];
        string[] directories = [.. found.Where(Directory.Exists)];
        if (directories.Length == 1)
        {
            return Path.TrimEndingDirectorySeparator(directories[0]);
        }

        if (directories.Length > 1)
        {
            cmdlet.Refuse("E2BInvalidArgument", $"'{path}' stands for {directories.Length} directories. Sync one at a time.", path);
        }

        if (found.Length > 0 || (!isLiteral && WildcardPattern.ContainsWildcardCharacters(path)))
        {
            cmdlet.WriteError(ErrorFactory.NotFound("E2BLocalFileNotFound", $"There is no directory '{path}' on this machine.", path));
        }

        return null;
    }

    /// <summary>A file or directory as the FileSystem provider writes it; as it is where it has gone meanwhile.</summary>
    public static object Present(E2BCmdlet cmdlet, FileSystemInfo info)
    {
        try
        {
            return cmdlet.SessionState.InvokeProvider.Item.Get([info.FullName], force: true, literalPath: true).FirstOrDefault() ?? (object)info;
        }
        catch (ItemNotFoundException)
        {
            return info;
        }
    }

    /// <summary>Where a path is, there or not; a slash at its end stays.</summary>
    public static string Resolve(E2BCmdlet cmdlet, string path)
    {
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            cmdlet.Refuse("E2BNotAFile", $"'{path}' is no place for files: it belongs to the provider {provider.Name}. Give a -Destination on this machine.", path);
        }

        return Path.EndsInDirectorySeparator(path) && !Path.EndsInDirectorySeparator(full) ? full + Path.DirectorySeparatorChar : full;
    }
}

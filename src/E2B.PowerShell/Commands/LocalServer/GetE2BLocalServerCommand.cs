using System.Management.Automation;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Shows the local server of this session, or another one that runs on this machine. Nothing when there is none.</summary>
[Cmdlet(VerbsCommon.Get, "E2BLocalServer")]
[OutputType(typeof(LocalServerInfo))]
[OutputType(typeof(string))]
public sealed class GetE2BLocalServerCommand : E2BCmdlet
{
    /// <summary>Look for the server that uses this directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DataDirectory { get; set; }

    /// <summary>The lines of its log in place of the server; also when it runs no more.</summary>
    [Parameter]
    public SwitchParameter Log { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Log)
        {
            WriteLog();
            return;
        }

        LocalServerInfo? found = DataDirectory is not null
            ? LocalServerInfo.Find(SessionState.Path.GetUnresolvedProviderPathFromPSPath(DataDirectory))
            : E2BSession.Current.LocalServer is { HasExited: false } own ? own.Info : LocalServerInfo.Find();
        if (found is not null)
        {
            WriteObject(found);
        }
    }

    private void WriteLog()
    {
        string path = DataDirectory is not null
            ? LocalServerInfo.LogPathOf(SessionState.Path.GetUnresolvedProviderPathFromPSPath(DataDirectory))
            : E2BSession.Current.LocalServer is { HasExited: false } own ? own.Info.LogPath : LocalServerInfo.LogPathOf();
        try
        {
            // The server goes on writing, and may put the file aside meanwhile.
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (!Stopping && reader.ReadLine() is { } line)
            {
                WriteObject(line);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            WriteVerbose($"There is no log {path}: no server has run on this directory.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(e, e is IOException ? "E2BLocalFileError" : "E2BLocalAccessDenied", e is IOException ? ErrorCategory.ReadError : ErrorCategory.PermissionDenied, path));
        }
    }
}

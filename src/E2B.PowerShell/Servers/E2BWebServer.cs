namespace E2B.PowerShell;

/// <summary>A server that Start-E2BWebServer started in a sandbox. It runs on when this object, or the session, goes.</summary>
public sealed class E2BWebServer
{
    internal E2BWebServer(E2BProcess process, int port, Uri url, string logPath)
    {
        (Process, Port, Url, LogPath) = (process, port, url, logPath);
    }

    /// <summary>Where it is reached from this machine.</summary>
    public Uri Url { get; }

    /// <summary>The port that it listens on in the sandbox.</summary>
    public int Port { get; }

    /// <summary>Its process id in the sandbox, for Stop-E2BProcess.</summary>
    public int Pid => Process.Pid;

    /// <summary>The sandbox's id.</summary>
    public string SandboxId => Process.SandboxId;

    /// <summary>What was started.</summary>
    public string Command => Process.Command;

    /// <summary>The file in the sandbox with all that it writes, stdout and stderr.</summary>
    public string LogPath { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => Process.HasExited == true;

    /// <summary>Its process.</summary>
    public E2BProcess Process { get; }

    /// <summary>The sandbox in which it runs.</summary>
    public Sandbox Sandbox => Process.Sandbox;

    /// <summary>The URL.</summary>
    public override string ToString() => Url.AbsoluteUri;
}

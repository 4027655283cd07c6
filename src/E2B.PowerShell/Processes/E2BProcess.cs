namespace E2B.PowerShell;

/// <summary>
/// A process in a sandbox: one that Start-E2BProcess started, whose output is kept, or one that Get-E2BProcess
/// found. It runs on when this object, or the session, goes.
/// </summary>
public sealed class E2BProcess
{
    private readonly CommandHandle? _handle;

    internal E2BProcess(Sandbox sandbox, int pid, string? tag, string command, CommandHandle? handle = null)
    {
        Sandbox = sandbox;
        Pid = pid;
        Tag = tag;
        Command = command;
        _handle = handle;

        // Somebody has to read, or a process that writes a lot would stand still.
        Completion = handle?.WaitAsync();
    }

    /// <summary>The sandbox in which it runs.</summary>
    public Sandbox Sandbox { get; }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId => Sandbox.SandboxId;

    /// <summary>Its process id in the sandbox.</summary>
    public int Pid { get; }

    /// <summary>The name it was given at its start, by which it can be found again.</summary>
    public string? Tag { get; }

    /// <summary>What it runs.</summary>
    public string Command { get; }

    /// <summary>Whether it has ended; <see langword="null"/> for a process that was only looked up.</summary>
    public bool? HasExited => Completion?.IsCompleted;

    /// <summary>Its exit code once it has ended; <see langword="null"/> before that, and for a process that was only looked up.</summary>
    public int? ExitCode => Completion is { IsCompletedSuccessfully: true } ? Completion.Result.ExitCode : null;

    /// <summary>Why its end is not known, or that its time limit ended it; <see langword="null"/> as long as all is well.</summary>
    public string? Failure => Completion is { IsFaulted: true } lost ? lost.Exception.InnerException!.Message : null;

    /// <summary>What it has written to stdout so far, or to its terminal; <see langword="null"/> for a process that was only looked up.</summary>
    public string? StandardOutput => _handle?.StandardOutput;

    /// <summary>What it has written to stderr so far; <see langword="null"/> for a process that was only looked up.</summary>
    public string? StandardError => _handle?.StandardError;

    /// <summary>Its end, for a process that this session started.</summary>
    internal Task<CommandResult>? Completion { get; }

    /// <summary>What input goes to, for a process that this session started.</summary>
    internal CommandHandle? Handle => _handle;

    /// <summary>The process id.</summary>
    public override string ToString() => Pid.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

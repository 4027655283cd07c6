using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using E2B.PowerShell.Drive;
using E2B.PowerShell.LocalServer;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Session;

/// <summary>
/// What Connect-E2B, Set-E2BDefault and Start-E2BLocalServer leave behind for later cmdlets. Each runspace
/// has its own, which goes with it. (ForEach-Object -Parallel uses its runspaces again: what one round sets there,
/// a later one may find.)
/// </summary>
internal sealed class E2BSession
{
    private static readonly ConditionalWeakTable<Runspace, E2BSession> _sessions = [];

    /// <summary>The session of the runspace that the calling thread belongs to.</summary>
    public static E2BSession Current => _sessions.GetValue(Runspace.DefaultRunspace, Create);

    /// <summary>What Connect-E2B chose; <see langword="null"/> leaves it to the environment.</summary>
    public E2BConnection? Connection { get; set; }

    /// <summary>What the environment gave the last time, and the environment that it was.</summary>
    public EnvironmentConnection? FromEnvironment { get; set; }

    /// <summary>What is still to be said to the person, by the next cmdlet that can.</summary>
    private readonly ConcurrentQueue<string> _warnings = new();

    public E2BDefault Defaults { get; set; } = new();

    /// <summary>The server that this session started, if it did.</summary>
    public LocalServerProcess? LocalServer { get; set; }

    /// <summary>The sandboxes that this session has made.</summary>
    public ManagedSandboxes Managed { get; } = new();

    /// <summary>The sandboxes that this session keeps alive.</summary>
    public SandboxLeases Leases { get; }

    /// <summary>Makes the default sandbox where that is asked for.</summary>
    public DefaultSandbox DefaultSandbox { get; }

    /// <summary>What completers have asked sandboxes for.</summary>
    public DirectoryCache Directories { get; } = new();

    /// <summary>The modes that programs had switched on in terminals that were let go of, for who comes back.</summary>
    public Dictionary<(string SandboxId, int ProcessId), byte[]> TerminalModes { get; } = [];

    /// <summary>What the drives of this session keep.</summary>
    public DriveState Drive { get; } = new();

    /// <summary>The jobs of this session that have not ended yet.</summary>
    private readonly ConcurrentDictionary<Job, byte> _jobs = [];

    public E2BSession()
    {
        Leases = new SandboxLeases(_warnings.Enqueue);
        DefaultSandbox = new DefaultSandbox(this);
    }

    public void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            _warnings.Enqueue(warning);
        }
    }

    public bool TryTakeWarning(out string? warning) => _warnings.TryDequeue(out warning);

    /// <summary>To be told by every cmdlet that makes a sandbox, as soon as it is there.</summary>
    public void Created(Sandbox sandbox) => Managed.Add(sandbox);

    /// <summary>To be told by every cmdlet that ends a sandbox, before it does.</summary>
    public void Ending(string sandboxId) => Leases.End(sandboxId);

    /// <summary>To be told by every cmdlet that has ended a sandbox, or found that it is gone.</summary>
    public void Gone(string sandboxId)
    {
        Leases.End(sandboxId);
        Managed.Forget(sandboxId);
        if (Defaults.Sandbox?.SandboxId == sandboxId)
        {
            Defaults = Defaults with { Sandbox = null };
        }
    }

    /// <summary>Keeps a sandbox alive while the session lives; another lifetime takes the place of the one before.</summary>
    /// <param name="sandbox">A running sandbox.</param>
    /// <param name="lifetime">How long it lives on afterwards; <see langword="null"/> for the usual lifetime.</param>
    public void KeepAlive(Sandbox sandbox, TimeSpan? lifetime) =>
        Leases.Add(sandbox, lifetime ?? Defaults.Lifetime ?? E2BDefault.UsualLifetime);

    /// <summary>Keeps a sandbox alive no more. Also to be told by what pauses it.</summary>
    /// <returns>Whether it was kept alive.</returns>
    public bool EndKeepAlive(string sandboxId) => Leases.End(sandboxId);

    /// <summary>Has a job end with the session, if it has not by then.</summary>
    public void Track(Job job)
    {
        _jobs[job] = 0;
        job.StateChanged += (_, change) => Forget(job, change.JobStateInfo.State);
        Forget(job, job.JobStateInfo.State);
    }

    /// <summary>When the module goes, so does what the session holds, a server that it started included.</summary>
    public static void EndCurrent()
    {
        if (_sessions.TryGetValue(Runspace.DefaultRunspace, out E2BSession? session))
        {
            AttachedTerminal.Abandon(session);
            session.End();
            _sessions.Remove(Runspace.DefaultRunspace);
        }
    }

    private static E2BSession Create(Runspace runspace)
    {
        var session = new E2BSession();
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
            {
                session.End();
            }
        };
        return session;
    }

    private void Forget(Job job, JobState state)
    {
        if (state is JobState.Completed or JobState.Failed or JobState.Stopped)
        {
            _jobs.TryRemove(job, out _);
        }
    }

    /// <summary>Ends what the session has running: its jobs with their work in the sandboxes, and its server.</summary>
    private void End()
    {
        Leases.Dispose();
        DefaultSandbox.Dispose();
        Parallel.ForEach(_jobs.Keys, static job => job.StopJob());
        LocalServer?.Dispose();
    }

    internal sealed record EnvironmentConnection(string Key, E2BConnection Connection);
}

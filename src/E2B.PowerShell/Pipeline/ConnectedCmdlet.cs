using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Pipeline;

/// <summary>The base of cmdlets that talk to the service: with which account, and how long one request may take.</summary>
public abstract class ConnectedCmdlet : E2BCmdlet
{
    private readonly Dictionary<string, Sandbox?> _sandboxesById = [];
    private E2BClient? _client;

    /// <summary>The account to use instead of the session's. Sandbox objects keep the one they came with.</summary>
    [Parameter]
    public E2BConnection? Connection { get; set; }

    /// <summary>How long one request may take, in seconds; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int RequestTimeoutSec { get; set; }

    /// <summary>The session, looked up when the cmdlet is made: workers run on threads that belong to no runspace.</summary>
    private protected E2BSession Session { get; } = E2BSession.Current;

    /// <summary>The client of the connection in force. Only for the pipeline's thread: where there is none, the cmdlet ends.</summary>
    private protected E2BClient Client
    {
        get
        {
            try
            {
                _client ??= WithTimeout(Clients.For(Connections.Resolve(Connection, Session)));
                PassOnWarnings();
                return _client;
            }
            catch (E2BException e)
            {
                ThrowTerminatingError(ErrorFactory.Create(e, null));
                throw;
            }
        }
    }

    /// <summary>
    /// A sandbox that was given and is nothing, as a variable with a typing error is, must not mean the default one.
    /// </summary>
    private protected void RefuseNullSandbox(object? sandbox)
    {
        if (MyInvocation.BoundParameters.ContainsKey("Sandbox") && !SandboxArgument.Enumerate(sandbox).Any())
        {
            Refuse("E2BNoSandbox", "The sandbox given is $null. Leave it out to use the default sandbox.", null);
        }
    }

    /// <summary>Ends the cmdlet where no sandbox is named and none is the default one.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private protected Sandbox RefuseNoSandbox()
    {
        Refuse(
            "E2BNoSandbox",
            "No sandbox is named, and there is no default. Give one as the first argument or by the pipeline, "
            + "or choose a default with New-E2BSandbox -AsDefault or Set-E2BDefault -Sandbox.",
            null);
        return null;
    }

    /// <summary>The sandbox to work in where none is named: the default one, which is made if Set-E2BDefault was told so.</summary>
    /// <returns><see langword="null"/> when there is none.</returns>
    private protected Sandbox? GetDefaultSandbox()
    {
        DefaultSandbox usual = Session.DefaultSandbox;
        if (usual.IsAtHand || (Session.Defaults.Sandbox is null && !ShouldProcess(Session.Defaults.Template ?? "base", "Make the default sandbox")))
        {
            return Session.Defaults.Sandbox;
        }

        E2BClient client = Client;
        try
        {
            (Sandbox? sandbox, string? made, string? replaced) = Await(token => usual.GetAsync(client, token));
            if (made is not null)
            {
                WriteVerbose(made);
            }

            if (replaced is not null)
            {
                WriteWarning(replaced);
            }

            return sandbox;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
            throw;
        }
    }

    /// <summary>Says what has become known since the last cmdlet: what is wrong with stored settings, which sandbox is not kept alive any more.</summary>
    private protected void PassOnWarnings()
    {
        while (Session.TryTakeWarning(out string? warning))
        {
            WriteWarning(warning);
        }
    }

    /// <summary>Finds the sandbox that a value names; what cannot be found is an error about it.</summary>
    private protected bool TryResolve(object value, out Sandbox sandbox)
    {
        PassOnWarnings();
        if (SandboxArgument.TryGetSandbox(value, out sandbox!))
        {
            return true;
        }

        // Only an id costs a request, and needs a connection of the session's.
        E2BClient client = Client;
        return TryAwait(token => SandboxArgument.FindAsync(client, SandboxArgument.GetId(value), token), value, out sandbox);
    }

    /// <summary>The sandbox that an entry is in: one request for each sandbox at most, however many entries of it come.</summary>
    /// <returns><see langword="null"/> when it cannot be found, which is an error by then.</returns>
    private protected Sandbox? SandboxOf(EntryArgument entry)
    {
        if (entry.Origin is not null)
        {
            return entry.Origin;
        }

        string id = entry.SandboxId;
        if (!_sandboxesById.TryGetValue(id, out Sandbox? sandbox))
        {
            sandbox = Session.Defaults.Sandbox is { } usual && usual.SandboxId == id ? usual : TryResolve(id, out Sandbox found) ? found : null;
            _sandboxesById.Add(id, sandbox);
        }

        return sandbox;
    }

    /// <summary>
    /// Starts the same work for each target, so many at a time as the session's throttle or
    /// <paramref name="limit"/> allows.
    /// </summary>
    private protected IReadOnlyList<Task<TResult>> StartEach<TTarget, TResult>(
        PipelineQueue queue, IEnumerable<TTarget> targets, int limit, Func<TTarget, PipelineWriter, CancellationToken, Task<TResult>> work)
    {
        var slots = new SemaphoreSlim(limit > 0 ? limit : Session.Defaults.ThrottleLimit);
        return [.. targets.Select(target => queue.Start((writer, stop) => WorkInSlotAsync(target, writer, stop)))];

        async Task<TResult> WorkInSlotAsync(TTarget target, PipelineWriter writer, CancellationToken stop)
        {
            await slots.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                return await work(target, writer, stop).ConfigureAwait(false);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    /// <summary>Hands out a job that has begun: one of the session, which ends with it.</summary>
    private protected void WriteJob(E2BJob job)
    {
        JobRepository.Add(job);
        Session.Track(job);
        WriteObject(job);
    }

    /// <summary>The sandbox with what -RequestTimeoutSec says.</summary>
    private protected Sandbox WithRequestTimeout(Sandbox sandbox) =>
        MyInvocation.BoundParameters.ContainsKey(nameof(RequestTimeoutSec))
            ? sandbox.WithRequestTimeout(TimeSpan.FromSeconds(RequestTimeoutSec))
            : sandbox;

    /// <summary>A client that heeds -RequestTimeoutSec.</summary>
    private protected E2BClient WithTimeout(E2BClient client) =>
        MyInvocation.BoundParameters.ContainsKey(nameof(RequestTimeoutSec))
            ? client.WithRequestTimeout(TimeSpan.FromSeconds(RequestTimeoutSec))
            : client;
}

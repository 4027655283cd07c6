using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Looks at everything between this session and E2B and says what to do where something is wrong.</summary>
[Cmdlet(VerbsDiagnostic.Test, "E2BConnection")]
[OutputType(typeof(ConnectionCheck), typeof(bool))]
public sealed class TestE2BConnectionCommand : ConnectedCmdlet
{
    /// <summary>What each check may take without -RequestTimeoutSec.</summary>
    private static readonly TimeSpan _usualLimit = TimeSpan.FromSeconds(10);

    private bool _hasFailed;

    /// <summary>A stored profile to look at instead of the session's connection.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileNameCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>Only whether no check failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (TryResolve(out E2BConnection? connection))
        {
            WriteFileCheck();
            Diagnose(Clients.For(connection!));
        }

        if (Quiet)
        {
            WriteObject(!_hasFailed);
        }
    }

    /// <summary>Settings that make no connection are the first failed check, and the last.</summary>
    private bool TryResolve(out E2BConnection? connection)
    {
        try
        {
            connection = Connection ?? (ProfileName is null
                ? Connections.Resolve(null, Session)
                : E2BConnection.Resolve(StoredAccount.OptionsOf(ProfileName)));
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            Write(new ConnectionCheck("Settings", CheckStatus.Failed, e.Message, "Get-E2BConnection tells where values come from."));
            connection = null;
            return false;
        }
    }

    private void WriteFileCheck()
    {
        string[] warnings = [.. StoredAccount.Warnings()];

        // What is said here need not be said again as a warning.
        while (Session.TryTakeWarning(out _))
        {
        }

        Write(warnings.Length == 0
            ? new ConnectionCheck("Files", CheckStatus.Passed, "No file with keys is open to others.")
            : new ConnectionCheck("Files", CheckStatus.Warning, string.Join(" ", warnings), "Whoever has read a key can use it: make it anew at https://e2b.dev/dashboard?tab=keys."));
    }

    private void Diagnose(E2BClient client)
    {
        TimeSpan limit = MyInvocation.BoundParameters.ContainsKey(nameof(RequestTimeoutSec)) ? TimeSpan.FromSeconds(RequestTimeoutSec) : _usualLimit;
        IAsyncEnumerator<ConnectionCheck> checks = client.DiagnoseAsync(limit, StopToken).GetAsyncEnumerator(StopToken);
        try
        {
            while (TryAwait(async _ => await checks.MoveNextAsync().ConfigureAwait(false), null, out bool more) && more)
            {
                Write(checks.Current);
            }
        }
        finally
        {
            checks.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private void Write(ConnectionCheck check)
    {
        _hasFailed |= check.Status == CheckStatus.Failed;
        if (!Quiet)
        {
            WriteObject(check);
        }
    }
}

using System.Collections;
using System.Management.Automation;
using PowerShellApi = System.Management.Automation.PowerShell;

namespace E2B.PowerShell.Agents;

/// <summary>
/// Runs a cmdlet for a tool, on the pipeline's own thread and in its runspace. The script is the same for every call; the
/// cmdlet is handed to it as what it is and the arguments as values that are bound by name, so that no alias, function or
/// text of a model is ever looked up or read as script.
/// </summary>
internal sealed class ToolRun(ToolRule rule, IReadOnlyDictionary<string, object> arguments, ToolOutput output) : IDisposable
{
    /// <summary>
    /// Together in one stream, nothing of it reaches the screen, and nothing piles up where nobody reads. What ends the
    /// cmdlet comes as an exception, whatever the host prefers.
    /// </summary>
    private const string Script = "param($command, $arguments) $ErrorActionPreference = 'Stop'; & $command @arguments *>&1";

    private readonly PowerShellApi _shell = PowerShellApi.Create(RunspaceMode.CurrentRunspace);
    private volatile bool _isTimedOut;

    /// <summary>Runs it to its end.</summary>
    /// <param name="limit">After which it is stopped; zero for no limit.</param>
    /// <returns>Whether it came to its end within the limit.</returns>
    /// <exception cref="PipelineStoppedException">It was stopped from outside.</exception>
    public bool Run(TimeSpan limit)
    {
        var parameters = new Hashtable();
        foreach ((string name, object value) in arguments.Concat(rule.Settled).Concat(Surroundings()))
        {
            parameters.Add(name, value);
        }

        _shell.AddScript(Script, useLocalScope: true).AddArgument(new CmdletInfo(rule.Name, rule.Cmdlet)).AddArgument(parameters);
        using var records = new PSDataCollection<PSObject>();
        records.DataAdded += (_, _) => Take(records);
        using var timer = new Timer(_ => TimeOut(), null, limit > TimeSpan.Zero ? limit : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            _shell.Invoke(null, records);
        }
        catch (PipelineStoppedException) when (_isTimedOut)
        {
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            if (!_isTimedOut)
            {
                output.Fail(e.ErrorRecord);
            }
        }

        Take(records);
        return !_isTimedOut;
    }

    /// <summary>Stops it, and with it what it does in the sandbox.</summary>
    public void Stop() => _shell.BeginStop(null, null);

    public void Dispose() => _shell.Dispose();

    /// <summary>What the host has set for itself must neither stop the loop nor ask in it.</summary>
    private IEnumerable<KeyValuePair<string, object>> Surroundings()
    {
        yield return new("ErrorAction", ActionPreference.Continue);
        yield return new("WarningAction", ActionPreference.Continue);
        yield return new("InformationAction", ActionPreference.Continue);
        yield return new("ProgressAction", ActionPreference.SilentlyContinue);
        yield return new("Verbose", false);
        yield return new("Debug", false);
        if (rule.CanAsk)
        {
            yield return new("Confirm", false);
            yield return new("WhatIf", false);
        }
    }

    private void Take(PSDataCollection<PSObject> records)
    {
        foreach (PSObject record in records.ReadAll())
        {
            output.Add(record);
        }
    }

    private void TimeOut()
    {
        _isTimedOut = true;
        Stop();
    }
}

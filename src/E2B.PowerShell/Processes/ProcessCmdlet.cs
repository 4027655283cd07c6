using System.Globalization;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Processes;

/// <summary>
/// The base of cmdlets that work on processes. They are named like commands are: sandbox and process, or the
/// process alone, which is an object of one, or an id in the default sandbox.
/// </summary>
public abstract class ProcessCmdlet : ConnectedCmdlet
{
    private readonly List<object> _named = [];

    /// <summary>The sandbox, where the process is given by its id.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? Sandbox { get; set; }

    /// <summary>The process: an object of it, or its id in the sandbox; or several of them.</summary>
    [Parameter(Position = 1)]
    [Alias("Id", "Process")]
    [ArgumentCompleter(typeof(ProcessIdCompleter))]
    public object? ProcessId { get; set; }

    /// <summary>Processes to work on.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseNullSandbox(Sandbox);
        if (ProcessId is null && Sandbox is not null && !SandboxArgument.Enumerate(Sandbox).All(IsSandboxAlone))
        {
            (ProcessId, Sandbox) = (Sandbox, null);
        }

        _named.AddRange(SandboxArgument.Enumerate(ProcessId));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null && !TryAddProcess(InputObject))
        {
            WriteError(ErrorFactory.InvalidArgument("E2BInvalidArgument", $"'{InputObject}' came down the pipeline and is no process.", InputObject));
        }
    }

    /// <summary>Takes a piped object as a process to work on.</summary>
    /// <returns><see langword="false"/> when it is none.</returns>
    private protected bool TryAddProcess(PSObject? piped)
    {
        if (piped?.BaseObject is not E2BProcess)
        {
            return false;
        }

        _named.Add(piped.BaseObject);
        return true;
    }

    /// <summary>Whether a process is named so far.</summary>
    private protected bool HasProcesses => _named.Count > 0;

    /// <summary>The processes to work on. What cannot be found is an error each.</summary>
    private protected IReadOnlyList<E2BProcess> ResolveProcesses()
    {
        if (_named.Count == 0 && !MyInvocation.ExpectingInput)
        {
            Refuse("E2BNoProcess", "No process is named. Give one from Start-E2BProcess or Get-E2BProcess, or sandbox and process id.", Sandbox);
        }

        var found = new List<E2BProcess>(_named.Count);
        Sandbox? sandbox = null;
        foreach (object named in _named)
        {
            object value = named is PSObject wrapped ? wrapped.BaseObject : named;
            if (value is E2BProcess process)
            {
                found.Add(process);
            }
            else if (!LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out int pid) || pid <= 0)
            {
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BInvalidArgument", $"'{value}' is no process: a process id is a positive number.", named));
            }
            else if (sandbox is not null || TryGetSandbox(out sandbox))
            {
                found.Add(new E2BProcess(sandbox!, pid, tag: null, command: string.Empty));
            }
        }

        return found;
    }

    /// <summary>The one sandbox in which process ids are looked for.</summary>
    private protected bool TryGetSandbox(out Sandbox? sandbox)
    {
        object[] named = [.. SandboxArgument.Enumerate(Sandbox)];
        if (named.Length > 1)
        {
            Refuse("E2BInvalidArgument", "A process id belongs to one sandbox. Name one, or pipe process objects.", Sandbox);
        }

        if (named.Length == 1)
        {
            return TryResolve(named[0], out sandbox!);
        }

        sandbox = Session.Defaults.Sandbox;
        if (sandbox is null)
        {
            Refuse("E2BNoSandbox", "No sandbox is named for the process id, and there is no default. Give it before the process id.", ProcessId);
        }

        return true;
    }

    /// <summary>Tells a person who pressed Ctrl+C that only the following has ended. The pipeline takes no records any more.</summary>
    private protected void SayHowToComeBack(string sandboxId, string process) =>
        Host.UI.WriteLine($"The process runs on. Come back with: Connect-E2BProcess {sandboxId} {process}");

    private static bool IsSandboxAlone(object value)
    {
        object inner = value is PSObject wrapped ? wrapped.BaseObject : value;
        return inner is not E2BProcess && !LanguagePrimitives.TryConvertTo(inner, CultureInfo.InvariantCulture, out int _);
    }
}

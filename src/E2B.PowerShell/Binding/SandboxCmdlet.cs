using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>
/// The base of cmdlets whose first positional is the sandbox and whose second is what they work on.
/// Positionals bind before the pipeline, so one positional alone is the second one, and what a piped
/// object is, a target or input, is decided in code.
/// </summary>
public abstract class SandboxCmdlet : ConnectedCmdlet
{
    private readonly List<object> _targets = [];

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public virtual object? Sandbox { get; set; }

    /// <summary>The cmdlet's second positional: a command, or a path.</summary>
    private protected abstract string? SecondPositional { get; set; }

    /// <summary>What the second positional is called in messages.</summary>
    private protected abstract string SecondPositionalName { get; }

    /// <summary>Whether there is nothing to do without it.</summary>
    private protected virtual bool NeedsSecondPositional => true;

    /// <summary>Whether a sandbox that was named could not be found.</summary>
    private protected bool HasMissingTargets { get; private set; }

    /// <summary>Whether a sandbox is named so far.</summary>
    private protected bool HasTargets => _targets.Count > 0;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseNullSandbox(Sandbox);
        TakeOnlyPositional();
        if (NeedsSecondPositional && string.IsNullOrWhiteSpace(SecondPositional))
        {
            Refuse(
                $"E2BNo{SecondPositionalName}",
                $"There is no {SecondPositionalName.ToLowerInvariant()} to work on. Give it after the sandbox, or with -{SecondPositionalName}.",
                Sandbox);
        }

        _targets.AddRange(SandboxArgument.Enumerate(Sandbox));
    }

    /// <summary>Whether -Sandbox was written: what follows it is meant to be one. PowerShell tells from 7.0 on, if not in so many words.</summary>
    private protected bool IsSandboxWritten =>
        PSObject.AsPSObject(MyInvocation.BoundParameters).Properties["BoundPositionally"]?.Value is IEnumerable<string> positional
        && !positional.Contains(nameof(Sandbox), StringComparer.OrdinalIgnoreCase);

    /// <summary>One positional alone is the second one, where that is what it can be.</summary>
    private protected virtual void TakeOnlyPositional()
    {
        if (!IsSandboxWritten && SecondPositional is null && NeedsSecondPositional && AsText(Sandbox) is { } only)
        {
            SecondPositional = only;
            Sandbox = null;
        }
    }

    /// <summary>Takes a piped object as a target if it is a sandbox.</summary>
    /// <returns><see langword="false"/> when it is input.</returns>
    private protected bool TryAddTarget(PSObject? piped)
    {
        if (!SandboxArgument.IsSandbox(piped))
        {
            return false;
        }

        _targets.Add(piped!);
        return true;
    }

    /// <summary>Takes a piped object as a target where nothing else can be piped; what is no sandbox is an error.</summary>
    /// <param name="piped">The object.</param>
    /// <param name="hint">What to do instead, for the end of the message.</param>
    private protected void AddTargetOrReport(PSObject? piped, string? hint = null)
    {
        if (piped is not null && !TryAddTarget(piped))
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BNotASandbox", $"'{piped}' came down the pipeline and is no sandbox.{(hint is null ? null : " " + hint)}", piped));
        }
    }

    /// <summary>The sandboxes to work on: those named, else the default one. What cannot be found is an error each.</summary>
    /// <param name="hasInput">Whether there is anything, by pipeline or argument, that is no sandbox.</param>
    private protected IReadOnlyList<Sandbox> ResolveTargets(bool hasInput)
    {
        if (_targets.Count == 0)
        {
            // An empty pipeline of sandboxes means that there is nothing to do, not that the default is meant.
            if (MyInvocation.ExpectingInput && !hasInput)
            {
                return [];
            }

            _targets.Add(GetDefaultSandbox() ?? RefuseNoSandbox());
        }

        var found = new List<Sandbox>(_targets.Count);
        foreach (object target in _targets)
        {
            if (TryResolve(target, out Sandbox sandbox))
            {
                found.Add(sandbox);
            }
            else
            {
                HasMissingTargets = true;
            }
        }

        return found;
    }

    /// <summary>Ends the cmdlet if one of the sandboxes named by argument cannot be one.</summary>
    private protected void CheckTargets()
    {
        foreach (object target in _targets)
        {
            try
            {
                SandboxArgument.GetId(target);
            }
            catch (E2BInvalidArgumentException e)
            {
                ThrowTerminatingError(ErrorFactory.Create(e, target));
            }
        }
    }

    /// <summary>Single bytes cannot say which sandbox they come from.</summary>
    private protected void RefuseBytesOfSeveral(IReadOnlyList<Sandbox> sandboxes, bool singleBytes)
    {
        if (singleBytes && sandboxes.Count > 1)
        {
            Refuse(
                "E2BBytesOfSeveral",
                "The bytes of several sandboxes would be mixed. Add -Raw for one array from each, or work on one sandbox at a time.",
                null);
        }
    }

    /// <summary>What input has begun to flow to, is settled: a sandbox that comes later would miss what came before it.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private protected void RefuseLateSandbox(PSObject? sandbox) => Refuse(
        "E2BMixedInput", "A sandbox came down the pipeline after input. Pipe the sandboxes first, or name them with -Sandbox.", sandbox);

    private static string? AsText(object? value) => value is PSObject wrapped ? wrapped.BaseObject as string : value as string;
}

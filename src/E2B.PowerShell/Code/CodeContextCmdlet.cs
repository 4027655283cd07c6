using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Code;

/// <summary>The base of cmdlets that work on contexts. One positional alone is the context: an object of one, or an id in the default sandbox.</summary>
public abstract class CodeContextCmdlet : ConnectedCmdlet
{
    private readonly List<object> _named = [];

    /// <summary>The sandbox, where the context is given by its id.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? Sandbox { get; set; }

    /// <summary>The context: an object of it, or its id; or several of them.</summary>
    [Parameter(Position = 1)]
    [Alias("Id", "ContextId")]
    [ArgumentCompleter(typeof(CodeContextCompleter))]
    public object[]? Context { get; set; }

    /// <summary>Contexts to work on, or their ids.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What -WhatIf says is done.</summary>
    private protected abstract string What { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseNullSandbox(Sandbox);
        object[] only = [.. SandboxArgument.Enumerate(Sandbox)];
        if (Context is null && only.Length > 0 && only.All(static one => CodeContextArgument.TryGet(one, out _, out CodeContext? context) && (context is not null || one is string or PSObject { BaseObject: string }))
            && !(MyInvocation.ExpectingInput && only.All(static one => one is string)))
        {
            (Context, Sandbox) = (only, null);
        }

        _named.AddRange(Context ?? []);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _named.Add(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_named.Count == 0 && !MyInvocation.ExpectingInput)
        {
            Refuse("E2BNoCodeContext", "No context is named. Give one from New-E2BCodeContext or Get-E2BCodeContext, or sandbox and context id.", Sandbox);
        }

        var chosen = new List<(Sandbox Sandbox, string Id, object Given)>();
        Sandbox? sandbox = null;
        foreach (object named in _named)
        {
            if (!CodeContextArgument.TryGet(named, out string id, out CodeContext? context))
            {
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BInvalidArgument", $"'{named}' is no context. Give one from New-E2BCodeContext or Get-E2BCodeContext, or its id.", named));
            }
            else if (context is not null || (sandbox ??= FindSandbox()) is not null)
            {
                Sandbox place = context?.Sandbox ?? sandbox!;
                if (ShouldProcess($"{id} in sandbox {place.SandboxId}", What))
                {
                    chosen.Add((WithRequestTimeout(place), id, named));
                }
            }
        }

        StartEach(Queue, chosen, limit: 0, WorkAsync);
        DrainQueue();
    }

    /// <summary>Does it to one context.</summary>
    /// <returns><see langword="false"/> when there is no such context.</returns>
    private protected abstract Task<bool> WorkAsync(CodeClient code, string id, CancellationToken stop);

    private async Task<bool> WorkAsync((Sandbox Sandbox, string Id, object Given) one, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            bool found = await WorkAsync(one.Sandbox.Code, one.Id, stop).ConfigureAwait(false);
            if (!found)
            {
                await writer.FailureAsync(ErrorFactory.NotFound(
                    "E2BCodeContextNotFound",
                    $"There is no context '{one.Id}' in the sandbox {one.Sandbox.SandboxId}. Get-E2BCodeContext lists those that are there.",
                    one.Given)).ConfigureAwait(false);
            }

            return found;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, one.Given)).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>The one sandbox in which ids are looked for.</summary>
    private Sandbox? FindSandbox()
    {
        object[] named = [.. SandboxArgument.Enumerate(Sandbox)];
        if (named.Length > 1)
        {
            Refuse("E2BInvalidArgument", "A context's id belongs to one sandbox. Name one, or pipe context objects.", Sandbox);
        }

        return named.Length == 0 ? GetDefaultSandbox() ?? RefuseNoSandbox() : TryResolve(named[0], out Sandbox found) ? found : null;
    }
}

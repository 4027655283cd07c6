using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>
/// The base of cmdlets that do one thing to each of the sandboxes named, several at a time. A sandbox has to be
/// named: what changes the life of one is never meant for the default one by silence.
/// </summary>
public abstract class EachSandboxCmdlet : ConnectedCmdlet
{
    /// <summary>Core's own is 5 s.</summary>
    private static readonly TimeSpan _undoLimit = TimeSpan.FromSeconds(6);

    private readonly List<object> _given = [];

    /// <summary>Sandboxes, or their ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId", "Id")]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[] Sandbox { get; set; } = [];

    /// <summary>How many are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <summary>What is done, for -WhatIf.</summary>
    private protected abstract string Deed { get; }

    /// <summary>What was given and is to be worked on.</summary>
    private protected IReadOnlyList<object> Given => _given;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object given in Sandbox.SelectMany(SandboxArgument.Enumerate))
        {
            try
            {
                if (ShouldProcess(SandboxArgument.GetId(given), Deed))
                {
                    _given.Add(given);
                }
            }
            catch (E2BInvalidArgumentException e)
            {
                WriteError(ErrorFactory.Create(e, given));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Check();
        Func<CancellationToken, Task<Sandbox>>[] finders = [.. _given.Select(FinderOf)];
        IReadOnlyList<Task<bool>> works = StartEach(
            Queue, _given.Zip(finders), ThrottleLimit, (one, writer, stop) => WorkOrReportAsync(one.First, one.Second, writer, stop));
        try
        {
            DrainQueue();
        }
        catch (PipelineStoppedException)
        {
            // Core undoes what is made all the same; whoever pressed Ctrl+C may end the process next.
            Task.WhenAny(Task.WhenAll(works), Task.Delay(_undoLimit)).GetAwaiter().GetResult();
            throw;
        }

        Finish([.. _given.Zip(works).Where(static one => one.Second.Result).Select(static one => one.First)]);
    }

    /// <summary>Looks at what was given, before anything is done.</summary>
    private protected virtual void Check()
    {
    }

    /// <summary>Does it.</summary>
    /// <param name="sandbox">The object that was given, or one made of the id.</param>
    /// <param name="given">What was given: the target of errors.</param>
    /// <param name="writer">Takes what is to be written.</param>
    /// <param name="stop">Cancelled by Ctrl+C.</param>
    private protected abstract Task WorkAsync(Sandbox sandbox, object given, PipelineWriter writer, CancellationToken stop);

    /// <summary>What comes when all is done, on the pipeline's thread.</summary>
    /// <param name="succeeded">What was given and had no error.</param>
    private protected virtual void Finish(IReadOnlyList<object> succeeded)
    {
    }

    /// <summary>The object given, as it is: it goes on with what is done to it. An id costs a request.</summary>
    private protected virtual Func<CancellationToken, Task<Sandbox>> FinderOf(object given)
    {
        if (SandboxArgument.TryGetSandbox(given, out Sandbox? sandbox))
        {
            return _ => Task.FromResult(sandbox!);
        }

        E2BClient client = Client;
        return token => SandboxArgument.FindAsync(client, SandboxArgument.GetId(given), token);
    }

    private async Task<bool> WorkOrReportAsync(
        object given, Func<CancellationToken, Task<Sandbox>> find, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            await WorkAsync(await find(stop).ConfigureAwait(false), given, writer, stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, given)).ConfigureAwait(false);
            return false;
        }
    }
}

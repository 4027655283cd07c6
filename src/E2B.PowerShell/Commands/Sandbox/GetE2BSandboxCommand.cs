using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Lists sandboxes, page by page as the pipeline asks for them, or gets some by their ids.</summary>
[Cmdlet(VerbsCommon.Get, "E2BSandbox", DefaultParameterSetName = ListSet)]
[OutputType(typeof(Sandbox))]
public sealed class GetE2BSandboxCommand : ConnectedCmdlet
{
    private const string ListSet = "List";
    private const string IdSet = "Id";

    /// <summary>Ids, or patterns of running sandboxes' ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = IdSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Only sandboxes with all of these labels.</summary>
    [Parameter(ParameterSetName = ListSet)]
    public Hashtable? Metadata { get; set; }

    /// <summary>Running ones unless this says otherwise, so that nobody loses paused work to a pipeline into Remove-E2BSandbox.</summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateSet("Running", "Paused", "All")]
    public string State { get; set; } = "Running";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SandboxOperations sandboxes = Client.Sandboxes;
        if (ParameterSetName == ListSet)
        {
            List(Filter(), static _ => true);
            return;
        }

        foreach (string id in Id)
        {
            if (WildcardPattern.ContainsWildcardCharacters(id))
            {
                var pattern = new WildcardPattern(id, WildcardOptions.IgnoreCase);
                List(new SandboxListFilter { States = [SandboxState.Running] }, info => pattern.IsMatch(info.SandboxId));
            }
            else if (TryAwait(token => sandboxes.GetAsync(SandboxArgument.GetId(id), token), id, out SandboxInfo info))
            {
                WriteObject(sandboxes.Attach(info));
            }
        }
    }

    private SandboxListFilter Filter() => new()
    {
        Metadata = Tables.Merge(null, Metadata),
        States = State switch
        {
            "Running" => [SandboxState.Running],
            "Paused" => [SandboxState.Paused],
            _ => [SandboxState.Running, SandboxState.Paused],
        },
    };

    private void List(SandboxListFilter filter, Func<SandboxInfo, bool> wanted)
    {
        IAsyncEnumerator<SandboxInfo> pages = Client.Sandboxes.ListAsync(filter, StopToken).GetAsyncEnumerator(StopToken);
        try
        {
            while (TryAwait(async _ => await pages.MoveNextAsync().ConfigureAwait(false), null, out bool more) && more)
            {
                if (wanted(pages.Current))
                {
                    WriteObject(Client.Sandboxes.Attach(pages.Current));
                }
            }
        }
        finally
        {
            pages.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}

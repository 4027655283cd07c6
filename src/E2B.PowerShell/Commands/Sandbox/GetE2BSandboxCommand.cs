using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Listing;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Lists sandboxes, page by page as the pipeline asks for them, or gets some by their ids.</summary>
[Cmdlet(VerbsCommon.Get, "E2BSandbox", DefaultParameterSetName = ListSet)]
[OutputType(typeof(Sandbox))]
public sealed class GetE2BSandboxCommand : ConnectedCmdlet
{
    private const string ListSet = "List";
    private const string IdSet = "Id";
    private const string ManagedSet = "Managed";
    private const string KeepAlive = "KeepAlive";

    /// <summary>Ids, or patterns of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = IdSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Only sandboxes that this session has made.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ManagedSet)]
    public SwitchParameter Managed { get; set; }

    /// <summary>Only sandboxes with all of these labels.</summary>
    [Parameter]
    [PlainValues]
    public Hashtable? Metadata { get; set; }

    /// <summary>Running ones unless this says otherwise, so that nobody loses paused work to a pipeline into Remove-E2BSandbox.</summary>
    [Parameter]
    [ValidateSet("Running", "Paused", "All")]
    public string State { get; set; } = "Running";

    /// <summary>Only sandboxes of this template: its name or id, or a pattern.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Only sandboxes started then or later.</summary>
    [Parameter]
    public DateTimeOffset? StartedAfter { get; set; }

    /// <summary>The oldest first, instead of the newest.</summary>
    [Parameter]
    public SwitchParameter OldestFirst { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var filter = new SandboxSelection(
            Tables.Merge(null, Metadata), StatesOf(State), Template, StartedAfter, OldestFirst);
        switch (ParameterSetName)
        {
            case ManagedSet:
                if (Managed)
                {
                    ListManaged(filter);
                }

                break;
            case IdSet:
                ListById(filter);
                break;
            default:
                List(filter, []);
                break;
        }
    }

    private static IReadOnlyList<SandboxState> StatesOf(string state) => state switch
    {
        "Running" => [SandboxState.Running],
        "Paused" => [SandboxState.Paused],
        _ => [SandboxState.Running, SandboxState.Paused],
    };

    /// <summary>A list of what matches a pattern, and what is named, in any state if none is given.</summary>
    private void ListById(SandboxSelection filter)
    {
        SandboxSelection named = MyInvocation.BoundParameters.ContainsKey(nameof(State)) ? filter : filter with { States = StatesOf("All") };
        SandboxOperations sandboxes = Client.Sandboxes;
        WildcardPattern[] patterns =
            [.. Id.Where(WildcardPattern.ContainsWildcardCharacters).Select(static id => new WildcardPattern(id, WildcardOptions.IgnoreCase))];
        foreach (string id in Id.Where(static id => !WildcardPattern.ContainsWildcardCharacters(id)))
        {
            if (TryAwait(token => sandboxes.GetAsync(SandboxArgument.GetId(id), token), id, out SandboxInfo info) && named.Takes(info))
            {
                Write(sandboxes.Attach(info));
            }
        }

        if (patterns.Length > 0)
        {
            List(filter, patterns);
        }
    }

    /// <summary>The account's sandboxes. The next page is asked for when the pipeline has taken this one.</summary>
    private void List(SandboxSelection filter, WildcardPattern[] patterns)
    {
        SandboxOperations sandboxes = Client.Sandboxes;
        IAsyncEnumerator<SandboxInfo> found = sandboxes.ListAsync(filter.ToListFilter(), StopToken).GetAsyncEnumerator(StopToken);
        try
        {
            while (TryAwait(async _ => await found.MoveNextAsync().ConfigureAwait(false), null, out bool more) && more)
            {
                SandboxInfo info = found.Current;
                if (filter.TakesTemplate(info) && (patterns.Length == 0 || patterns.Any(pattern => pattern.IsMatch(info.SandboxId))))
                {
                    Write(sandboxes.Attach(info));
                }
            }
        }
        finally
        {
            found.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>What the session has made, each with the connection it was made with. Those that are gone are forgotten.</summary>
    private void ListManaged(SandboxSelection filter)
    {
        IEnumerable<Sandbox> made = Session.Managed.All;
        Task<SandboxInfo?>[] asked = [.. StartEach(
            Queue, OldestFirst ? made.Reverse() : made, limit: 0, (sandbox, writer, stop) => AskAsync(sandbox, writer, stop))];
        DrainQueue();
        foreach ((Sandbox sandbox, Task<SandboxInfo?> answer) in (OldestFirst ? made.Reverse() : made).Zip(asked))
        {
            if (answer.Result is { } info && filter.Takes(info))
            {
                Write(sandbox.Client.Sandboxes.Attach(info));
            }
        }
    }

    private async Task<SandboxInfo?> AskAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            return await WithRequestTimeout(sandbox).GetInfoAsync(stop).ConfigureAwait(false);
        }
        catch (SandboxNotFoundException)
        {
            Session.Gone(sandbox.SandboxId);
            return null;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>What only the session knows goes along with the object.</summary>
    private void Write(Sandbox sandbox)
    {
        var record = new PSObject(sandbox);
        if (Session.Leases.Contains(sandbox.SandboxId))
        {
            record.Properties.Add(new PSNoteProperty(KeepAlive, true));
        }

        WriteObject(record);
    }
}

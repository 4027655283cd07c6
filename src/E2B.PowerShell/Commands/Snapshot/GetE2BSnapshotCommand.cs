using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Lists snapshots, page by page as the pipeline asks for them, or gets some by id or name.</summary>
[Cmdlet(VerbsCommon.Get, "E2BSnapshot", DefaultParameterSetName = ListSet)]
[OutputType(typeof(SnapshotInfo))]
public sealed class GetE2BSnapshotCommand : ConnectedCmdlet
{
    private const string ListSet = "List";
    private const string IdSet = "Id";

    /// <summary>The sandboxes that they were made of, or their ids.</summary>
    [Parameter(Position = 0, ParameterSetName = ListSet, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[]? Sandbox { get; set; }

    /// <summary>Names, or patterns of names.</summary>
    [Parameter(Position = 1, ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SnapshotIdCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Ids, or patterns of ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotId")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SnapshotIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing() => RefuseNullSandbox(Sandbox);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == IdSet)
        {
            foreach (string id in Id)
            {
                GetById(id);
            }

            return;
        }

        // An empty pipeline of sandboxes does not get here: without one, those of all sandboxes are meant.
        if (Sandbox is null)
        {
            GetOf(null);
            return;
        }

        foreach (object sandbox in Sandbox.SelectMany(SandboxArgument.Enumerate))
        {
            if (Name is null && SandboxArgument.TryGetText(sandbox, out string? text))
            {
                GetByText(text);
            }
            else if (IdOf(sandbox) is { } id)
            {
                GetOf(id);
            }
        }
    }

    private void GetOf(string? sandbox)
    {
        if (Name is null)
        {
            Write(new SnapshotListFilter { SandboxId = sandbox }, static _ => true);
            return;
        }

        foreach (string name in Name)
        {
            GetByName(sandbox, name);
        }
    }

    /// <summary>A text alone is a sandbox's id, or what Remove-E2BSnapshot and New-E2BSandbox take in the same place: a snapshot's name.</summary>
    private void GetByText(string text)
    {
        if (!SandboxArgument.CanBeId(text))
        {
            GetByName(sandbox: null, text);
        }
        else if (Write(new SnapshotListFilter { SandboxId = text }, static _ => true) == 0)
        {
            // No error when there is none: a sandbox of which no snapshot was made is none.
            Write(new SnapshotListFilter { Name = text }, static _ => true);
        }
    }

    private string? IdOf(object sandbox)
    {
        try
        {
            return SandboxArgument.GetId(sandbox);
        }
        catch (E2BInvalidArgumentException e)
        {
            WriteError(ErrorFactory.Create(e, sandbox));
            return null;
        }
    }

    private void GetByName(string? sandbox, string name)
    {
        if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            Write(new SnapshotListFilter { SandboxId = sandbox }, snapshot => SnapshotArgument.HasName(snapshot, pattern));
        }
        else if (Write(new SnapshotListFilter { SandboxId = sandbox, Name = name }, static _ => true) == 0)
        {
            WriteError(ErrorFactory.NotFound("E2BSnapshotNotFound", $"There is no snapshot with the name '{name}'{(sandbox is null ? null : $" of the sandbox {sandbox}")}.", name));
        }
    }

    /// <summary>The service lists; it does not give one by its id.</summary>
    private void GetById(string id)
    {
        var pattern = new WildcardPattern(id, WildcardOptions.IgnoreCase);
        bool several = WildcardPattern.ContainsWildcardCharacters(id);

        // An id without a tag is that of all of its tags.
        bool IsMeant(SnapshotInfo snapshot) => several
            ? pattern.IsMatch(snapshot.SnapshotId)
            : snapshot.SnapshotId.Equals(id, StringComparison.OrdinalIgnoreCase)
                || (!id.Contains(':', StringComparison.Ordinal) && snapshot.SnapshotId.StartsWith(id + ":", StringComparison.OrdinalIgnoreCase));

        if (Write(new SnapshotListFilter(), IsMeant, onlyFirst: !several) == 0 && !several)
        {
            WriteError(ErrorFactory.NotFound("E2BSnapshotNotFound", $"There is no snapshot with the id '{id}'. Get-E2BSnapshot lists those that are there.", id));
        }
    }

    /// <returns>How many were written; -1 when that ended with an error.</returns>
    private int Write(SnapshotListFilter filter, Func<SnapshotInfo, bool> wanted, bool onlyFirst = false)
    {
        int written = 0;
        IAsyncEnumerator<SnapshotInfo> found = Client.Snapshots.ListAsync(filter, StopToken).GetAsyncEnumerator(StopToken);
        try
        {
            while (true)
            {
                if (!TryAwait(async _ => await found.MoveNextAsync().ConfigureAwait(false), filter.SandboxId ?? filter.Name, out bool more))
                {
                    return -1;
                }

                if (!more)
                {
                    return written;
                }

                if (wanted(found.Current))
                {
                    written++;
                    WriteObject(found.Current);
                    if (onlyFirst)
                    {
                        return written;
                    }
                }
            }
        }
        finally
        {
            found.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}

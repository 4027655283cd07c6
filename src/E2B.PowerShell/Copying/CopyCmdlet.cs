using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Copying;

/// <summary>How files and trees are copied, and how what is named becomes copies.</summary>
public abstract class CopyCmdlet : ConnectedCmdlet
{
    private readonly List<CopyPath> _pipedPaths = [];
    private readonly List<EntryArgument> _pipedEntries = [];
    private readonly List<object> _pipedSandboxes = [];
    private readonly Dictionary<string, Sandbox?> _sandboxesById = [];

    /// <summary>Directories with all they hold.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Only files that match one of these wildcards: names, or with a slash paths below what is copied.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>Nothing that matches one of these wildcards, directories with all they hold.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>Replace local files that are read-only; wildcards stand for hidden names too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The Linux user: who owns what is written, or reads what is copied from there.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>From sandbox to sandbox: the Linux user in the one that is copied to.</summary>
    [Parameter]
    public string? TargetUser { get; set; }

    /// <summary>Compare the SHA-256 of each file on both sides.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <summary>Keep what has come when a copy from a sandbox is interrupted, and go on from there.</summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>What was copied on the pipeline: entries of the sandbox, or local files.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <summary>Whether anything to copy came down the pipeline.</summary>
    private protected bool HasInput => _pipedPaths.Count + _pipedEntries.Count > 0;

    /// <summary>Whether sandboxes to copy to came down the pipeline.</summary>
    private protected bool HasTargets => _pipedSandboxes.Count > 0;

    /// <summary>Sorts what comes down the pipeline.</summary>
    private protected void Take(PSObject piped)
    {
        if (EntryArgument.Of(piped) is { } entry)
        {
            _pipedEntries.Add(entry);
        }
        else if (SandboxArgument.IsSandbox(piped))
        {
            _pipedSandboxes.Add(piped);
        }
        else if (piped.BaseObject is FileSystemInfo file)
        {
            _pipedPaths.Add(new CopyPath(file.FullName, IsLiteral: true));
        }
        else if (piped.BaseObject is string path)
        {
            _pipedPaths.Add(new CopyPath(path, IsLiteral: false));
        }
        else
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BNotAFile", $"'{piped}' came down the pipeline and is no file, no path, no entry of a sandbox and no sandbox.", piped));
        }
    }

    /// <summary>The sandboxes to copy to; <see langword="null"/> when none was named.</summary>
    private protected IReadOnlyList<Sandbox>? ResolveTargets(object? named)
    {
        object[] all = [.. SandboxArgument.Enumerate(named), .. _pipedSandboxes];
        if (all.Length == 0)
        {
            return null;
        }

        var found = new List<Sandbox>();
        foreach (object target in all)
        {
            if (TryResolve(target, out Sandbox sandbox))
            {
                found.Add(sandbox);
            }
        }

        return found;
    }

    /// <summary>What is to be copied, by where it is.</summary>
    private protected IEnumerable<CopySource> Sources(string[] paths, string[] literalPaths, object? from)
    {
        foreach (IGrouping<string, EntryArgument> group in _pipedEntries.GroupBy(static entry => entry.SandboxId))
        {
            if ((group.First().Origin ?? ById(group.Key)) is { } origin)
            {
                yield return Remote(origin, group.Select(static entry => new CopyPath(entry.Path, IsLiteral: true, entry.Entry)));
            }
        }

        CopyPath[] named =
        [
            .. paths.Select(static path => new CopyPath(path, IsLiteral: false)),
            .. literalPaths.Select(static path => new CopyPath(path, IsLiteral: true)),
            .. _pipedPaths,
        ];
        if (Array.Find(named, static path => string.IsNullOrEmpty(path.Path)) is not null)
        {
            Refuse("E2BNoPath", "A path is empty.", null);
        }

        if (named.Length > 0 && from is null)
        {
            CopyPath[] local =
            [
                .. named.SelectMany(path => LocalItems.Find(this, path.Path, path.IsLiteral, Force)).Distinct(StringComparer.Ordinal)
                    .Select(static path => new CopyPath(path, IsLiteral: true)),
            ];
            if (local.Length > 0)
            {
                yield return new CopySource(null, null, local);
            }
        }
        else if (named.Length > 0)
        {
            foreach (CopyPath path in named)
            {
                SandboxPath.Check(this, path.Path);
            }

            if (TryResolve(SandboxArgument.Enumerate(from).Single(), out Sandbox origin))
            {
                yield return Remote(origin, named);
            }
        }
    }

    /// <summary>Each copy that is to be made, as far as it may be.</summary>
    private protected IEnumerable<CopyWork> Plan(IReadOnlyList<CopySource> sources, IReadOnlyList<Sandbox>? targets, string? destination)
    {
        if (targets is not null && destination is not null)
        {
            SandboxPath.Check(this, destination);
        }

        string? place = targets is null ? LocalItems.Resolve(this, destination ?? "./") : destination;
        int id = 0;
        foreach (CopySource source in sources)
        {
            foreach (Sandbox? target in targets ?? (IReadOnlyList<Sandbox?>)[null])
            {
                string where = target is null ? place! : $"{place ?? "the home"} in sandbox {target.SandboxId}";
                string whence = source.Origin is null ? string.Empty : $" in sandbox {source.Origin.SandboxId}";
                CopyPath[] wanted = [.. source.Paths.Where(path => ShouldProcess($"Item: {path.Path}{whence} Destination: {where}", "Copy"))];
                if (wanted.Length > 0)
                {
                    yield return new CopyWork(source with { Paths = wanted }, target, target is null ? null : WithRequestTimeout(target), place, Options())
                    {
                        PassThru = PassThru,
                        Id = ++id,
                    };
                }
            }
        }
    }

    private TransferOptions Options() => new()
    {
        User = User,
        TargetUser = TargetUser,
        Recurse = Recurse,
        Include = Include,
        Exclude = Exclude,
        Force = Force,
        Verify = Verify,
        Resume = Resume,
    };

    private CopySource Remote(Sandbox origin, IEnumerable<CopyPath> paths) => new(origin, WithRequestTimeout(origin), [.. paths]);

    /// <summary>One request for each sandbox, however many entries of it come.</summary>
    private Sandbox? ById(string id)
    {
        if (!_sandboxesById.TryGetValue(id, out Sandbox? sandbox))
        {
            sandbox = Session.Defaults.Sandbox is { } usual && usual.SandboxId == id ? usual : TryResolve(id, out Sandbox found) ? found : null;
            _sandboxesById.Add(id, sandbox);
        }

        return sandbox;
    }
}

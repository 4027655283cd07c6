using System.Globalization;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Files;

/// <summary>
/// The base of cmdlets that work on files and directories. These are named by path in the sandboxes named,
/// or come down the pipeline: entries, which name their sandbox, or paths as strings.
/// </summary>
public abstract class EntryCmdlet : SandboxCmdlet
{
    private readonly Dictionary<string, Sandbox?> _sandboxesById = [];
    private IReadOnlyList<Sandbox>? _sandboxes;
    private readonly List<EntryTarget> _collected = [];
    private bool _hasInput;
    private object? _sandbox;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxOrPathCompleter))]
    public override object? Sandbox { get => _sandbox; set => _sandbox = value; }

    /// <summary>POSIX paths, with wildcards; relative ones start at the user's home.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SandboxPathCompleter))]
    public virtual string[]? Path { get; set; }

    /// <summary>POSIX paths, taken as they are.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string[]? LiteralPath { get; set; }

    /// <summary>Sandboxes to work in; or entries, or paths, to work on.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The Linux user on whose behalf.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private protected override string? SecondPositional
    {
        get => Path?.FirstOrDefault() ?? LiteralPath?.FirstOrDefault();
        set => Path = value is null ? null : [value];
    }

    private protected override string SecondPositionalName => nameof(Path);

    private protected override bool NeedsSecondPositional => DefaultPath is null && !MyInvocation.ExpectingInput;

    /// <summary>What is meant where no path is given.</summary>
    private protected virtual string? DefaultPath => null;

    /// <summary>Whether -Path knows no wildcards.</summary>
    private protected virtual bool IsPathLiteral => false;

    /// <summary>As whom.</summary>
    private protected SandboxFileOptions Options => new() { User = User };

    /// <summary>Whether what is piped is worked on at the end, all of it together, instead of one by one as it comes.</summary>
    private protected virtual bool CollectsInput => false;

    private bool HasPaths => Path is not null || LiteralPath is not null;

    /// <summary>Works on entries: all those named by argument at once, those piped one by one unless they are collected.</summary>
    private protected abstract void Work(IReadOnlyList<EntryTarget> targets);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        foreach (string? path in (Path ?? []).Concat(LiteralPath ?? []))
        {
            CheckPath(path);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (!HasPaths && EntryArgument.Of(InputObject) is { } entry)
        {
            WorkOnEntry(entry);
        }
        else if (TryAddTarget(InputObject))
        {
            if (_sandboxes is not null)
            {
                RefuseLateSandbox(InputObject);
            }
        }
        else if (!HasPaths && InputObject.BaseObject is string path)
        {
            CheckPath(path);
            _hasInput = true;
            Take([.. Targets([path], IsPathLiteral)]);
        }
        else
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BNotASandbox",
                HasPaths ? $"'{InputObject}' came down the pipeline and is no sandbox."
                    : $"'{InputObject}' came down the pipeline and is no sandbox, no entry of one and no path.",
                InputObject));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HasPaths)
        {
            Work([.. Targets(Path ?? [], IsPathLiteral), .. Targets(LiteralPath ?? [], isLiteral: true)]);
        }
        else if (!_hasInput && DefaultPath is not null)
        {
            Work([.. Targets([DefaultPath], isLiteral: true)]);
        }
        else if (!_hasInput && HasTargets)
        {
            Refuse("E2BNoPath", "There is no path to work on. Give it after the sandbox, or with -Path.", Sandbox);
        }
        else if (_collected.Count > 0)
        {
            Work(_collected);
        }

        DrainQueue();
    }

    private protected override void TakeOnlyPositional()
    {
        if (HasPaths || Sandbox is null || IsSandboxWritten)
        {
            return;
        }

        object[] given = [.. SandboxArgument.Enumerate(Sandbox)];
        string[] paths = [.. given
            .Select(static value => (value as PSObject)?.BaseObject ?? value)
            .Select(static value => value as string ?? (value as SandboxEntry)?.Path)
            .OfType<string>()];
        if (paths.Length == 0 || paths.Length < given.Length)
        {
            return;
        }

        // Entries given as an argument know their sandbox, as piped ones do.
        if (EntryArgument.Of(given[0]) is not { } first)
        {
            (Path, Sandbox) = (paths, null);
            return;
        }

        (LiteralPath, Sandbox) = (paths, first.Origin ?? (object)first.SandboxId);
        if (given.Any(value => EntryArgument.Of(value)?.SandboxId != first.SandboxId))
        {
            Refuse("E2BInvalidArgument", "The entries given are not all in one sandbox. Pipe them.", null);
        }
    }

    /// <summary>
    /// Does the same for each target: side by side in several sandboxes, one after the other in each unless
    /// <paramref name="sideBySide"/>. A failure is an error about its target.
    /// </summary>
    /// <returns>What came of each, in the order given; the default where it failed.</returns>
    private protected TResult?[] ForEach<TTarget, TResult>(
        IReadOnlyList<TTarget> targets,
        Func<TTarget, EntryTarget> of,
        Func<TTarget, PipelineWriter, CancellationToken, Task<TResult>> work,
        bool sideBySide = false)
    {
        var results = new TResult?[targets.Count];
        IEnumerable<IGrouping<string, int>> groups = Enumerable.Range(0, targets.Count)
            .GroupBy(i => sideBySide ? i.ToString(CultureInfo.InvariantCulture) : of(targets[i]).Origin.SandboxId);
        Task all = Task.WhenAll(StartEach(Queue, groups, ThrottleLimit, async (group, writer, stop) =>
        {
            foreach (int i in group)
            {
                try
                {
                    results[i] = await work(targets[i], writer, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (ErrorFactory.IsExpected(e))
                {
                    await writer.FailureAsync(ErrorFactory.Create(e, of(targets[i]).Path)).ConfigureAwait(false);
                }
            }

            return true;
        }));
        DrainQueueUntil(all);
        return results;
    }

    /// <summary>The entries that each target means.</summary>
    private protected IReadOnlyList<(EntryTarget Target, SandboxEntry Entry)> Find(IReadOnlyList<EntryTarget> targets, bool withHidden)
    {
        IReadOnlyList<SandboxEntry>?[] found = ForEach(
            targets, static target => target, (target, _, stop) => target.FindAsync(Options, withHidden, stop));
        return [.. targets.Zip(found).SelectMany(static pair => (pair.Second ?? []).Select(entry => (pair.First, entry)))];
    }

    private void Take(IReadOnlyList<EntryTarget> piped)
    {
        if (CollectsInput)
        {
            _collected.AddRange(piped);
        }
        else
        {
            Work(piped);
        }
    }

    private void CheckPath(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            Refuse("E2BNoPath", "A path is empty. The home of the user is '.'.", path);
        }

        SandboxPath.Check(this, path);
    }

    private void WorkOnEntry(EntryArgument entry)
    {
        if (Sandbox is not null)
        {
            Refuse("E2BMixedInput", "The entries that come down the pipeline know their sandbox. Leave -Sandbox out.", InputObject);
        }

        _hasInput = true;
        if ((entry.Origin ?? ById(entry.SandboxId)) is { } sandbox)
        {
            Take([new EntryTarget(sandbox, WithRequestTimeout(sandbox), entry.Path, IsLiteral: true, entry.Entry)]);
        }
    }

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

    private IEnumerable<EntryTarget> Targets(string[] paths, bool isLiteral)
    {
        _sandboxes ??= ResolveTargets(hasInput: _hasInput);
        return _sandboxes.SelectMany(sandbox => paths.Select(path => new EntryTarget(sandbox, WithRequestTimeout(sandbox), path, isLiteral)));
    }
}

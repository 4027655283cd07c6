using System.Collections.Concurrent;

namespace E2B.Transfers.Remote;

/// <summary>
/// A destination in a sandbox. What is small goes through one tar each part, what is large by requests of its own, all
/// into a staging directory on the destination's file system, which is put into its place at the end.
/// </summary>
internal sealed class SandboxSink : ITransferSink
{
    // What the only file of a copy is called while it is staged.
    private const string OnlyFile = "file";

    /// <summary>How long the end of a copy that was given up may hold up its caller.</summary>
    private static readonly TimeSpan _abortLimit = TimeSpan.FromSeconds(1.5);

    private readonly Sandbox _sandbox;
    private readonly SandboxFileOptions _file;
    private readonly SandboxShell _shell;
    private readonly string _path;
    private readonly ConcurrentQueue<string> _discarded = new();
    private readonly ConcurrentBag<TransferEntry> _links = [];
    private readonly MarkList _marks = new();
    private readonly bool _trustsLinks;
    private bool _isTree = true;
    private string _variant = string.Empty;
    private string _staging = string.Empty;
    private string _stagingName = string.Empty;
    private string _absolute = string.Empty;
    private string _tar = "none";

    /// <param name="sandbox">The sandbox.</param>
    /// <param name="path">The destination; a relative path starts from the user's home.</param>
    /// <param name="file">As whom, and the time limit.</param>
    /// <param name="trustsLinks">Whether links may lead anywhere: they come from this machine, and not from another sandbox.</param>
    public SandboxSink(Sandbox sandbox, string path, SandboxFileOptions file, bool trustsLinks = true)
    {
        _trustsLinks = trustsLinks;
        _sandbox = sandbox;
        _path = path;
        _file = file;
        _shell = new SandboxShell(sandbox, file.User, file.RequestTimeout);
        Destination = path;
    }

    public string Destination { get; private set; }

    public IReadOnlyList<TransferEntry> Accept(IReadOnlyList<TransferEntry> entries, TransferReport report)
    {
        _isTree = !entries.Any(static entry => entry.Path.Length == 0 && entry.Kind != EntryKind.Directory);
        return SandboxNames.Accept(entries, report);
    }

    public async Task PrepareAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken)
    {
        string path = await _sandbox.Files.ToAbsoluteAsync(_path, _file, cancellationToken).ConfigureAwait(false);
        (_absolute, _stagingName) = (path, StagingName.New(_path));
        CommandResult result = await _shell.RunAsync(
            SandboxScripts.Prepare, [path, _isTree ? "tree" : "file", _stagingName], cancellationToken).ConfigureAwait(false);
        string[] facts = result.StandardOutput.Split('\0');
        if (!result.Succeeded || facts.Length < 4)
        {
            throw RemoteErrors.Of(_sandbox, _path, "copy to", result);
        }

        (_variant, Destination, _staging, _tar) = (facts[0], facts[1], facts[2], facts[3]);
        if (_tar == "none")
        {
            report.Warn($"The sandbox {_sandbox.SandboxId} has no tar: files go one by one, which takes longer, and modes and times are set as well as its shell can.");
        }
    }

    public async Task WriteBulkAsync(IAsyncEnumerable<BulkItem> items, TransferReport report, CancellationToken cancellationToken)
    {
        if (!_trustsLinks)
        {
            items = HoldLinksAsync(items, report, cancellationToken);
        }

        if (_tar == "none")
        {
            await WriteOneByOneAsync(items, report, cancellationToken).ConfigureAwait(false);
            return;
        }

        await UnpackAsync(Staged(items, cancellationToken), item => Count(item, report), cancellationToken).ConfigureAwait(false);
    }

    public bool Has(TransferEntry entry) => false;

    public long OffsetOf(TransferEntry entry) => 0;

    public async Task WriteFileAsync(TransferEntry entry, long offset, Stream content, CancellationToken cancellationToken)
    {
        await _sandbox.Files.WriteAsync(StagedPath(entry), content, _file, cancellationToken).ConfigureAwait(false);
        lock (_marks)
        {
            _marks.Attributes(entry, StagedName(entry));
        }
    }

    public Task DiscardAsync(TransferEntry entry, CancellationToken cancellationToken)
    {
        _discarded.Enqueue(StagedName(entry));
        return Task.CompletedTask;
    }

    public Task CompleteAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyDictionary<string, string>> HashAsync(IReadOnlyList<TransferEntry> entries, CancellationToken cancellationToken) =>
        SandboxHashes.OfAsync(_shell, entries.Select(entry => (entry.Path, StagedPath(entry))).ToList(), cancellationToken);

    public async Task CommitAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken)
    {
        // Directories last, the deepest first: what is made in one changes its time.
        List<TransferEntry> directories = [.. plan.Directories.Reverse().Where(entry => entry.Path.Length > 0 || _variant == "new")];
        foreach (string path in _discarded)
        {
            _marks.Remove(path);
        }

        List<TransferEntry> links = [.. AcceptedLinks(report)];
        bool hasRoot = directories.Exists(static entry => entry.Path.Length == 0);
        if (_tar == "none")
        {
            links.ForEach(link => _marks.Link(link, StagedName(link)));
            directories.ForEach(entry => _marks.Directory(entry.Path));
            directories.ForEach(entry => _marks.Attributes(entry, entry.Path));
        }

        if (!_marks.IsEmpty)
        {
            await RunAsync(_shell.FeedAsync(SandboxScripts.Mark, [_staging], _marks.ToBytes(), cancellationToken), "set modes and times in").ConfigureAwait(false);
        }

        if (_tar != "none" && links.Count + directories.Count > 0)
        {
            await UnpackAsync(Staged(ToItems(links.Concat(directories.Where(static entry => entry.Path.Length > 0)).Concat(directories.Where(static entry => entry.Path.Length == 0))), cancellationToken), static _ => { }, cancellationToken).ConfigureAwait(false);
        }

        if (hasRoot && _tar is not ("none" or "gnu"))
        {
            // Others do not mark the directory that they unpack into.
            var root = new MarkList();
            root.Attributes(directories.Find(static entry => entry.Path.Length == 0)!, string.Empty);
            await RunAsync(_shell.FeedAsync(SandboxScripts.Mark, [_staging], root.ToBytes(), cancellationToken), "set modes and times in").ConfigureAwait(false);
        }

        // From here on it is not given up half-way: it is short, and it goes on in the sandbox if this program ends.
        CommandResult result = await RunAsync(
            _shell.RunAsync(SandboxScripts.Commit, [_variant, _staging, Destination, hasRoot ? "as listed" : string.Empty, OnlyFile], CancellationToken.None),
            "put into its place").ConfigureAwait(false);
        ReportRefusals(result, report);
    }

    public async Task AbortAsync()
    {
        if (_stagingName.Length == 0)
        {
            return;
        }

        // Before the sandbox has said where it is, it is within the destination or beside it.
        string path = _absolute.TrimEnd('/');
        string beside = path[..(path.LastIndexOf('/') + 1)];
        string[] places = _staging.Length > 0 ? [_staging, _staging] : [$"{path}/{_stagingName}", beside + _stagingName];

        using var limit = new CancellationTokenSource(_abortLimit);
        try
        {
            CommandHandle handle = await _shell.StartAsync(SandboxScripts.Abort, [.. places, .. _shell.Running], limit.Token).ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                // Its first word says that the directory is gone. Then it looks once more, and nobody waits for that.
                await foreach (CommandOutput _ in handle.ReadOutputAsync(limit.Token).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It was tried; why the copy failed is what counts.
        }
    }

    private static void Count(BulkItem item, TransferReport report)
    {
        report.Meter.AddBytes(item.Content.Length, item.Entry.Path);
        report.Meter.AddFile(item.Entry.Path);
    }

    private static async IAsyncEnumerable<BulkItem> ToItems(IEnumerable<TransferEntry> entries)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (TransferEntry entry in entries)
        {
            yield return new BulkItem(entry, default);
        }
    }

    private static async IAsyncEnumerable<BulkItem> Staged(
        IAsyncEnumerable<BulkItem> items, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BulkItem item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return item.Entry.Path.Length > 0 || item.Entry.Kind == EntryKind.Directory ? item : item with { Entry = item.Entry with { Path = OnlyFile } };
        }
    }

    /// <summary>Keeps links back until all are known: only then can be said where each leads.</summary>
    private async IAsyncEnumerable<BulkItem> HoldLinksAsync(
        IAsyncEnumerable<BulkItem> items, TransferReport report, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BulkItem item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (item.Entry.Kind == EntryKind.Link)
            {
                _links.Add(item.Entry);
                Count(item, report);
            }
            else
            {
                yield return item;
            }
        }
    }

    /// <summary>The links that were kept back and stay within the destination. Of a link alone that is the directory that it is in.</summary>
    private IEnumerable<TransferEntry> AcceptedLinks(TransferReport report)
    {
        List<TransferEntry> links = [.. _links.Where(link => !report.HasFailed(link.Path))];
        return LinkGuard.Accept(links, report, static _ => null, StringComparer.Ordinal, isWindows: false);
    }

    private async Task UnpackAsync(IAsyncEnumerable<BulkItem> items, Action<BulkItem> written, CancellationToken cancellationToken)
    {
        var tar = new ProcessCommand("tar", new[] { "-x", "-p", "-o", "-f", "-", "-C", _staging });
        await RunAsync(_shell.FeedAsync(tar, TarPacker.PackAsync(items, written, cancellationToken), cancellationToken), "copy to").ConfigureAwait(false);
    }

    private async Task<CommandResult> RunAsync(Task<CommandResult> running, string action)
    {
        CommandResult result = await running.ConfigureAwait(false);
        return result.Succeeded ? result : throw RemoteErrors.Of(_sandbox, Destination, action, result);
    }

    private async Task WriteOneByOneAsync(IAsyncEnumerable<BulkItem> items, TransferReport report, CancellationToken cancellationToken)
    {
        await foreach (BulkItem item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (item.Entry.Kind == EntryKind.File)
            {
                await _sandbox.Files.WriteAsync(StagedPath(item.Entry), item.Content, _file, cancellationToken).ConfigureAwait(false);
            }

            lock (_marks)
            {
                if (item.Entry.Kind == EntryKind.File)
                {
                    _marks.Attributes(item.Entry, StagedName(item.Entry));
                }
                else
                {
                    _marks.Link(item.Entry, StagedName(item.Entry));
                }
            }

            Count(item, report);
        }
    }

    /// <summary>What could not be put into its place, because of what is there.</summary>
    private void ReportRefusals(CommandResult result, TransferReport report)
    {
        foreach (string line in result.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(RemoteErrors.InTheWay, StringComparison.Ordinal))
            {
                string path = line[RemoteErrors.InTheWay.Length..].TrimStart('.', '/');
                report.Fail(path, InTheWay(path, "a directory is in its place."));
            }
            else
            {
                string path = QuotedPath(line);
                report.Fail(path, InTheWay(path, line));
            }
        }
    }

    private TransferEntryException InTheWay(string path, string why) =>
        new(TransferEntryError.InTheWay, path, $"Could not put '{path}' into its place in '{Destination}': {why}") { SandboxId = _sandbox.SandboxId };

    /// <summary>The path in what cp says, relative to the destination, as far as it can be found.</summary>
    private string QuotedPath(string line)
    {
        string start = $"'{Destination.TrimEnd('/')}/";
        int begin = line.IndexOf(start, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : line.IndexOf('\'', begin + start.Length);
        return end < 0 ? line : line[(begin + start.Length)..end];
    }

    private static string StagedName(TransferEntry entry) => entry.Path.Length > 0 ? entry.Path : OnlyFile;

    private string StagedPath(TransferEntry entry) => _staging + "/" + StagedName(entry);
}

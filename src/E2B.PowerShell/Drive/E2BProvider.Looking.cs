using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Drive.Parameters;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Drive;

/// <content>What is there: items, their children, their names.</content>
public sealed partial class E2BProvider
{
    private bool _isGlob;

    /// <summary>Test-Path's question, and the first one of nearly every command.</summary>
    /// <remarks>
    /// The engine takes an exception here for a no, and goes on to say that nothing is there. So where the sandbox
    /// cannot say, the answer is yes, and what the command does next fails with the reason.
    /// </remarks>
    protected override bool ItemExists(string path)
    {
        try
        {
            DriveTarget target = Parse(path);
            return Find(target) is not null || (!RunningCommand.OnlyLooks(this) && FindUnnameable(path, target) is not null);
        }
        catch (RecordedException e)
        {
            if (!RunningCommand.OnlyLooks(this))
            {
                return true;
            }

            WriteError(e.ErrorRecord);
            return false;
        }
    }

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path)
    {
        try
        {
            return Find(Parse(path)) is { IsDirectory: true };
        }
        catch (RecordedException e) when (RunningCommand.Moves(this))
        {
            // After an exception the engine would stay where it could not go.
            WriteError(new ErrorRecord(e, e.ErrorRecord.FullyQualifiedErrorId, e.ErrorRecord.CategoryInfo.Category, path));
            return false;
        }
    }

    /// <inheritdoc/>
    protected override bool HasChildItems(string path)
    {
        // Where wildcards are expanded the names are asked for next.
        DriveTarget target = Parse(path);
        return Find(target) is { IsDirectory: true } && (_isGlob || List(target).Count > 0);
    }

    /// <inheritdoc/>
    protected override void GetItem(string path)
    {
        DriveTarget target = Parse(path);
        SandboxEntry? entry = Find(target);
        if (entry is null)
        {
            WriteError(Missing(path, target));
        }
        else if ((DynamicParameters as ChildItemParameters)?.Wants(entry) != false)
        {
            WriteEntry(entry, target.Parent);
        }
    }

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new ChildItemParameters();

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new ChildItemParameters();

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        DriveTarget target = Parse(path);
        if (Find(target) is { IsDirectory: false })
        {
            GetItem(path);
            return;
        }

        Func<SandboxEntry, bool> wants = Selection(returnAllContainers: false);
        if (recurse)
        {
            WriteTree(target, depth, wants, new DirectoryTree());
            return;
        }

        foreach (SandboxEntry entry in ListOrReport(target).Where(wants))
        {
            WriteEntry(entry, target);
        }
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        DriveTarget target = Parse(path);
        bool all = returnContainers == ReturnContainers.ReturnAllContainers;
        bool isGlob = _isGlob;
        _isGlob = false;

        // -Recurse together with -Include, -Exclude or -Name: the engine goes down into all that is a container, links
        // included, and in circles if they lead it there.
        if (!isGlob && Cache.WasWalked(target.Parent) && Find(target) is { SymlinkTarget: not null })
        {
            return;
        }

        if (all && !isGlob)
        {
            Cache.NoteWalk(target);
        }

        foreach (SandboxEntry entry in ListOrReport(target).Where(Selection(all)))
        {
            string name = DriveTarget.ToName(entry.Name);
            WriteItemObject(name, name, entry.IsDirectory);
        }
    }

    /// <summary>Asked only where wildcards in a path are expanded, just before the names in a directory are.</summary>
    protected override bool ConvertPath(string path, string filter, ref string updatedPath, ref string updatedFilter)
    {
        _isGlob = true;
        return false;
    }

    /// <summary>What the command wants of a directory: names with a dot only by -Force, -Filter, -File and -Directory.</summary>
    /// <param name="returnAllContainers">Directories whatever they are called, to go on below them.</param>
    private Func<SandboxEntry, bool> Selection(bool returnAllContainers)
    {
        bool force = Force.IsPresent;
        WildcardPattern? filter = string.IsNullOrEmpty(Filter) ? null : new WildcardPattern(Filter, WildcardOptions.IgnoreCase);
        var parameters = DynamicParameters as ChildItemParameters;
        return entry => (force || !IsHidden(entry))
            && ((returnAllContainers && entry.IsDirectory)
                || (filter?.IsMatch(entry.Name) != false && parameters?.Wants(entry) != false));
    }

    private static bool IsHidden(SandboxEntry entry) => entry.Name.StartsWith('.');

    /// <summary>Writes a directory's entries, then those of the directories in it. Links are not followed.</summary>
    private void WriteTree(DriveTarget directory, uint depth, Func<SandboxEntry, bool> wants, DirectoryTree tree)
    {
        if (!TryListDeep(directory, depth, ref tree, out IReadOnlyList<SandboxEntry> entries))
        {
            return;
        }

        foreach (SandboxEntry entry in entries.Where(wants))
        {
            WriteEntry(entry, directory);
        }

        if (depth == 0)
        {
            return;
        }

        foreach (SandboxEntry entry in entries)
        {
            if (entry is { IsDirectory: true, SymlinkTarget: null } && (Force || !IsHidden(entry)))
            {
                WriteTree(directory.Join(entry.Name), depth == uint.MaxValue ? depth : depth - 1, wants, tree.Below(entry.Name));
            }
        }
    }

    /// <summary>Lists a directory of a tree: several levels with one request, where the sandbox can.</summary>
    private bool TryListDeep(DriveTarget directory, uint depth, ref DirectoryTree tree, out IReadOnlyList<SandboxEntry> entries)
    {
        if (tree.TryGet(out entries))
        {
            return true;
        }

        (FilesClient files, SandboxFileOptions options) = FilesOf(directory);
        int levels = (int)Math.Min(DirectoryTree.Levels, depth == uint.MaxValue ? depth : depth + 1);
        try
        {
            IReadOnlyList<SandboxEntry> listed = Await(token => files.ListAsync(directory.Path, levels, options, token));
            tree = DirectoryTree.Of(directory.Path, levels, listed);
            return tree.TryGet(out entries);
        }
        catch (E2BException e) when (levels > 1 && e.GetType() == typeof(E2BException))
        {
            // One directory that cannot be read, or a change meanwhile, spoils the whole answer.
            if (!TryAwait(token => files.ListAsync(directory.Path, 1, options, token), directory, out entries))
            {
                return false;
            }

            tree = DirectoryTree.Of(directory.Path, 1, entries);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            WriteError(ErrorFactory.Create(e, directory.Path));
            return false;
        }
    }

    /// <summary>What there is at a path; <see langword="null"/> for nothing. Any other failure ends the command.</summary>
    private SandboxEntry? Find(DriveTarget target)
    {
        EntryCache cache = Cache;
        if (cache.TryGetEntry(target, out SandboxEntry? entry))
        {
            return entry;
        }

        if (cache.TryGetFailure(target, out Exception? failure))
        {
            throw new RecordedException(ErrorFactory.Create(failure!, target.Path));
        }

        (FilesClient files, SandboxFileOptions options) = FilesOf(target);
        try
        {
            entry = Await(token => files.GetInfoAsync(target.Path, options, token));
        }
        catch (SandboxFileNotFoundException)
        {
            entry = null;
        }
        catch (E2BException e) when (!target.IsRoot && e.GetType() == typeof(E2BException) && Find(target.Parent) is not { IsDirectory: true })
        {
            // Below a file there is nothing. The daemon calls that a failure.
            entry = null;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            cache.Keep(target, e);
            throw new RecordedException(ErrorFactory.Create(e, target.Path));
        }

        cache.Keep(target, entry);
        return entry;
    }

    /// <summary>What a directory holds. A failure ends the command.</summary>
    private IReadOnlyList<SandboxEntry> List(DriveTarget target)
    {
        EntryCache cache = Cache;
        if (cache.TryGetListing(target, out IReadOnlyList<SandboxEntry>? entries))
        {
            return entries!;
        }

        (FilesClient files, SandboxFileOptions options) = FilesOf(target);
        entries = AwaitOrEnd(token => files.ListAsync(target.Path, 1, options, token), target.Path);
        cache.Keep(target, entries);
        return entries;
    }

    /// <summary>What a directory holds. A failure is an error about it, and the command goes on with others.</summary>
    private IReadOnlyList<SandboxEntry> ListOrReport(DriveTarget target)
    {
        try
        {
            return List(target);
        }
        catch (RecordedException e)
        {
            WriteError(e.ErrorRecord);
            return [];
        }
    }

    /// <summary>
    /// Nothing is at a path that was typed with a backslash: the entry, if there is one, whose name has that backslash.
    /// On Windows all paths come with backslashes, and nobody can tell.
    /// </summary>
    private DriveTarget? FindUnnameable(string path, DriveTarget target)
    {
        if (!Cache.HadBackslash(path) && (_separator == '\\' || !path.Contains('\\')))
        {
            return null;
        }

        DriveTarget directory = target.Parent;
        while (Find(directory) is not { IsDirectory: true } && !directory.IsRoot)
        {
            directory = directory.Parent;
        }

        foreach (SandboxEntry entry in List(directory).Where(static entry => entry.Name.Contains('\\')))
        {
            string read = SandboxPath.Clean(directory.Join(entry.Name.Replace('\\', '/')).Path);
            if (target.Path == read || target.Path.StartsWith(read + "/", StringComparison.Ordinal))
            {
                return directory.Join(entry.Name);
            }
        }

        return null;
    }
}

using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Copying;

/// <summary>One copy: from one place to another, with what it tells the pipeline.</summary>
/// <param name="Source">What is copied.</param>
/// <param name="TargetOrigin">The sandbox that it goes to; <see langword="null"/> for this machine.</param>
/// <param name="Target">The same with the cmdlet's time limit.</param>
/// <param name="Destination">Where it goes; a local one is absolute. <see langword="null"/> means each under its name, in the user's home.</param>
/// <param name="Options">How.</param>
internal sealed record CopyWork(CopySource Source, Sandbox? TargetOrigin, Sandbox? Target, string? Destination, TransferOptions Options)
{
    /// <summary>Whether what was copied goes down the pipeline.</summary>
    public bool PassThru { get; init; }

    /// <summary>What tells this copy's progress bar from others.</summary>
    public int Id { get; init; }

    /// <summary>For people.</summary>
    public string Activity => $"Copying {(Source.Origin is null ? "to" : "from")} the sandbox {(Source.Origin ?? TargetOrigin)!.SandboxId}";

    private SandboxFileOptions TargetOptions => new() { User = Source.Origin is null ? Options.User : Options.TargetUser };

    public async Task<bool> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            IReadOnlyList<string> paths = await Source.ExpandAsync(new SandboxFileOptions { User = Options.User }, Options.Force, stop).ConfigureAwait(false);
            if (paths.Count == 0)
            {
                return true;
            }

            Options.Progress = new CopyProgress(writer, Id, Activity);
            TransferResult result = await CopyAsync(paths, stop).ConfigureAwait(false);
            await ReportAsync(result, writer).ConfigureAwait(false);
            if (PassThru)
            {
                await PassAsync(result, writer, stop).ConfigureAwait(false);
            }

            return result.Failures.Count == 0;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, Destination ?? Source.Paths[0].Path)).ConfigureAwait(false);
            return false;
        }
    }

    private static async Task ReportAsync(TransferResult result, PipelineWriter writer)
    {
        foreach (string warning in result.Warnings)
        {
            await writer.WarningAsync(warning).ConfigureAwait(false);
        }

        foreach ((string path, Exception exception) in result.Failures)
        {
            string? known = (exception as TransferEntryException)?.Path ?? (exception as SandboxFileNotFoundException)?.Path;
            await writer.FailureAsync(ErrorFactory.Create(exception, known ?? path)).ConfigureAwait(false);
        }
    }

    private async Task<TransferResult> CopyAsync(IReadOnlyList<string> paths, CancellationToken stop)
    {
        string destination = Destination ?? ".";
        bool into = paths.Count > 1 || Destination is null || await IsDirectoryAsync(destination, stop).ConfigureAwait(false);
        return (Source.Sandbox, Target) switch
        {
            (null, { } to) when into => await to.Files.UploadAsync(paths, destination, Options, stop).ConfigureAwait(false),
            (null, { } to) => await to.Files.UploadAsync(paths[0], destination, Options, stop).ConfigureAwait(false),
            ({ } from, null) when into => await from.Files.DownloadAsync(paths, destination, Options, stop).ConfigureAwait(false),
            ({ } from, null) => await from.Files.DownloadAsync(paths[0], destination, Options, stop).ConfigureAwait(false),
            ({ } from, { } to) when into => await from.Files.TransferAsync(paths, to, destination, Options, stop).ConfigureAwait(false),
            ({ } from, { } to) => await from.Files.TransferAsync(paths[0], to, destination, Options, stop).ConfigureAwait(false),
            _ => throw new InvalidOperationException("A copy has a sandbox on one side."),
        };
    }

    /// <summary>A directory is copied into, as what ends in a slash is.</summary>
    private async Task<bool> IsDirectoryAsync(string destination, CancellationToken stop)
    {
        if (Target is null)
        {
            return Path.EndsInDirectorySeparator(destination) || Directory.Exists(destination);
        }

        if (destination.EndsWith('/'))
        {
            return true;
        }

        try
        {
            return (await Target.Files.GetInfoAsync(destination, TargetOptions, stop).ConfigureAwait(false)).IsDirectory;
        }
        catch (SandboxFileNotFoundException)
        {
            return false;
        }
    }

    private async Task PassAsync(TransferResult result, PipelineWriter writer, CancellationToken stop)
    {
        if (Target is null)
        {
            foreach (string item in result.Items)
            {
                string path = item.Length == 0 ? result.Destination : Path.Combine(result.Destination, item.Replace('/', Path.DirectorySeparatorChar));
                await writer.OutputAsync(Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path)).ConfigureAwait(false);
            }

            return;
        }

        Dictionary<string, SandboxEntry> entries = await LookAsync(result, stop).ConfigureAwait(false);
        foreach (string item in result.Items)
        {
            if (entries.TryGetValue(PathOf(result, item), out SandboxEntry? entry))
            {
                await writer.OutputAsync(EntryArgument.Remember(entry, TargetOrigin!)).ConfigureAwait(false);
            }
        }
    }

    private static string PathOf(TransferResult result, string item) => item.Length == 0 ? result.Destination : SandboxPath.Join(result.Destination, item);

    /// <summary>What is there now: one request for each thing copied, and one more for all that a directory holds.</summary>
    private async Task<Dictionary<string, SandboxEntry>> LookAsync(TransferResult result, CancellationToken stop)
    {
        const int AllLevels = 4096;
        var entries = new Dictionary<string, SandboxEntry>(StringComparer.Ordinal);
        bool isTree = result.Items.Contains(string.Empty);
        foreach (IGrouping<string, string> group in result.Items.GroupBy(item => isTree ? string.Empty : item.Split('/')[0], StringComparer.Ordinal))
        {
            SandboxEntry top = await Target!.Files.GetInfoAsync(PathOf(result, group.Key), TargetOptions, stop).ConfigureAwait(false);
            entries[top.Path] = top;
            if (top is { IsDirectory: true, SymlinkTarget: null } && group.Any(item => item != group.Key))
            {
                foreach (SandboxEntry entry in await Target.Files.ListAsync(top.Path, AllLevels, TargetOptions, stop).ConfigureAwait(false))
                {
                    entries[entry.Path] = entry;
                }
            }
        }

        return entries;
    }
}

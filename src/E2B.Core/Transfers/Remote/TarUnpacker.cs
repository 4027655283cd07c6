using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text;

namespace E2B.Transfers.Remote;

/// <summary>Has tar write the entries that are left, and believes nothing of what it writes but what was asked for.</summary>
internal sealed class TarUnpacker(SandboxShell shell, string[] arguments, Dictionary<string, TransferEntry> left, TransferReport report)
{
    /// <summary>How long the end of a tar that nobody reads any more may take.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(1);

    /// <summary>Whether the connection broke, so that what is left has to be asked for again.</summary>
    public bool WasCut { get; private set; }

    public async IAsyncEnumerable<BulkItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] names = Encoding.UTF8.GetBytes(string.Concat(left.Values.Select(static entry => entry.SourcePath + "\0")));
        Dictionary<string, TransferEntry> asked = new(left, StringComparer.Ordinal);
        CommandHandle handle = await shell.OpenAsync(new ProcessCommand("tar", arguments), cancellationToken).ConfigureAwait(false);
        bool ended = false;
        await using (handle.ConfigureAwait(false))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task feeding = FeedAsync(handle, names, stop.Token);
            using var output = new OutputStream(handle, cancellationToken);
            try
            {
                using var reader = new TarReader(output, leaveOpen: true);
                byte[] buffer = new byte[TransferPlan.LargeFrom];
                while (!WasCut && await NextAsync(reader, output, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    (TransferEntry? wanted, int length) = await TakeAsync(entry, buffer, asked, output, cancellationToken).ConfigureAwait(false);
                    if (wanted is not null)
                    {
                        yield return new BulkItem(wanted, buffer.AsMemory(0, length));
                    }
                }

                if (!WasCut)
                {
                    await output.DrainAsync(cancellationToken).ConfigureAwait(false);
                    ended = handle.Result is not null;
                    ReportWords(output.Errors, asked);
                }
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await ((Task)feeding.ContinueWith(static task => task.Exception, TaskScheduler.Default)).ConfigureAwait(false);
                if (!ended)
                {
                    await EndAsync(handle).ConfigureAwait(false);
                }

                shell.Forget(handle);
            }
        }
    }

    private static async Task FeedAsync(CommandHandle handle, byte[] names, CancellationToken cancellationToken)
    {
        await handle.WriteInputAsync(new MemoryStream(names, writable: false), cancellationToken).ConfigureAwait(false);
        await handle.CloseInputAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task EndAsync(CommandHandle handle)
    {
        using var limit = new CancellationTokenSource(_endLimit);
        try
        {
            await handle.KillAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It waits for input at the most, until its time limit.
        }
    }

    private async Task<TarEntry?> NextAsync(TarReader reader, OutputStream output, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
        }
        catch (OutputGapException)
        {
            WasCut = true;
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or ArgumentException or IOException)
        {
            await output.DrainAsync(cancellationToken).ConfigureAwait(false);
            if (output.Errors.Length == 0)
            {
                throw new E2BProtocolException($"The tar that came from the sandbox {shell.Sandbox.SandboxId} is damaged: {e.Message}", e) { SandboxId = shell.Sandbox.SandboxId };
            }

            return null;
        }
    }

    /// <summary>An entry of the archive, if it is what was asked for.</summary>
    private async Task<(TransferEntry? Entry, int Length)> TakeAsync(
        TarEntry entry, byte[] buffer, Dictionary<string, TransferEntry> asked, OutputStream output, CancellationToken cancellationToken)
    {
        string name = entry.Name.TrimStart('/');
        if (!left.TryGetValue(name, out TransferEntry? wanted))
        {
            report.Fail(entry.Name, new TransferEntryException(
                TransferEntryError.Unsafe,
                entry.Name,
                asked.ContainsKey(name)
                    ? $"Could not copy '{entry.Name}': the sandbox sent it twice. The first one counts."
                    : $"Could not copy '{entry.Name}': the sandbox sent it, and nobody asked for it."));
            return default;
        }

        bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
        bool isLink = entry.EntryType == TarEntryType.SymbolicLink;
        if ((wanted.Kind == EntryKind.File) != isFile || (wanted.Kind == EntryKind.Link) != isLink || (isFile && entry.Length != wanted.Size))
        {
            left.Remove(name);
            report.Fail(wanted.Path, SteadyRemoteStream.Changed(wanted));
            return default;
        }

        int length = 0;
        if (entry.DataStream is { } content)
        {
            try
            {
                length = await content.ReadAtLeastAsync(buffer.AsMemory(0, (int)wanted.Size), (int)wanted.Size, throwOnEndOfStream: true, cancellationToken).ConfigureAwait(false);
            }
            catch (OutputGapException)
            {
                WasCut = true;
                return default;
            }
            catch (EndOfStreamException)
            {
                await output.DrainAsync(cancellationToken).ConfigureAwait(false);
                return default;
            }
        }

        left.Remove(name);
        bool sameTime = entry.ModificationTime.ToUnixTimeSeconds() == wanted.ModifiedTime.ToUnixTimeSeconds();
        return (wanted with
        {
            Mode = SandboxListing.TrustedMode(entry.Mode),
            ModifiedTime = sameTime ? wanted.ModifiedTime : entry.ModificationTime,
            LinkTarget = isLink ? entry.LinkName : null,
        }, length);
    }

    /// <summary>What tar says about single files on stderr: each such line fails the file that it names.</summary>
    private void ReportWords(string said, Dictionary<string, TransferEntry> asked)
    {
        foreach (string line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int begin = line.IndexOf(": ", StringComparison.Ordinal) + 2;
            for (int end = begin < 2 ? -1 : line.IndexOf(": ", begin, StringComparison.Ordinal); end > 0; end = line.IndexOf(": ", end + 2, StringComparison.Ordinal))
            {
                if (asked.TryGetValue(line[begin..end].TrimStart('/'), out TransferEntry? entry))
                {
                    Fail(entry, line[(end + 2)..]);
                    break;
                }
            }
        }
    }

    private void Fail(TransferEntry entry, string words)
    {
        left.Remove(entry.SourcePath.TrimStart('/'));
        bool changed = words.Contains("shrank", StringComparison.Ordinal) || words.Contains("changed as we read", StringComparison.Ordinal);
        report.Fail(entry.Path, changed
            ? SteadyRemoteStream.Changed(entry)
            : new TransferEntryException(
                TransferEntryError.Failed, entry.SourcePath, $"Could not copy '{entry.SourcePath}' from the sandbox {shell.Sandbox.SandboxId}: {words}"));
    }
}

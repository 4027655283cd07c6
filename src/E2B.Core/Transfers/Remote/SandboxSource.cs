using System.Runtime.CompilerServices;

namespace E2B.Transfers.Remote;

/// <summary>Files and trees in a sandbox. What is small comes as one tar each part, what is large by requests of its own.</summary>
internal sealed class SandboxSource(Sandbox sandbox, IReadOnlyList<RemoteRoot> roots, SandboxFileOptions file, TransferFilter filter, bool recurse) : ITransferSource
{
    private const int MaxAttempts = 3;

    private readonly SandboxShell _shell = new(sandbox, file.User, file.RequestTimeout);
    private string[]? _tar;

    public async Task<IReadOnlyList<TransferEntry>> ListAsync(TransferReport report, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<TransferEntry>> listing = new SandboxListing(sandbox, file, filter, recurse).ReadAsync(roots, report, cancellationToken);
        _tar = await TarArguments.FindAsync(_shell, cancellationToken).ConfigureAwait(false);
        if (_tar is null)
        {
            report.Warn($"The sandbox {sandbox.SandboxId} has no tar of GNU or BSD: files come one by one, which takes longer.");
        }

        return await listing.ConfigureAwait(false);
    }

    public async IAsyncEnumerable<BulkItem> ReadBulkAsync(
        IReadOnlyList<TransferEntry> entries, TransferReport report, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = new Dictionary<string, TransferEntry>(entries.Count, StringComparer.Ordinal);
        foreach (TransferEntry entry in entries)
        {
            left[entry.SourcePath.TrimStart('/')] = entry;
        }

        for (int attempt = 1; _tar is not null && left.Count > 0; attempt++)
        {
            var unpacker = new TarUnpacker(_shell, [.. _tar], left, report);
            await foreach (BulkItem item in unpacker.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }

            if (!unpacker.WasCut)
            {
                break;
            }

            if (attempt == MaxAttempts)
            {
                throw new E2BUnreachableException($"Could not copy from the sandbox {sandbox.SandboxId}: the connection broke {MaxAttempts} times. Copy again when the network is better.")
                {
                    SandboxId = sandbox.SandboxId,
                };
            }
        }

        if (_tar is null)
        {
            await foreach (BulkItem item in ReadOneByOneAsync(entries, report, cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }

            yield break;
        }

        foreach (TransferEntry missed in left.Values)
        {
            report.Fail(missed, TransferEntryError.Failed, $"the tar of the sandbox {sandbox.SandboxId} did not send it. It may be gone.");
        }
    }

    public async Task<Stream> OpenAsync(TransferEntry entry, long offset, CancellationToken cancellationToken)
    {
        SandboxFileStream content;
        try
        {
            content = await sandbox.Files.OpenReadAsync(entry.SourcePath, FileRange.From(offset), file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw Unreadable(entry, e);
        }

        return new SteadyRemoteStream(sandbox, file, entry, offset, content);
    }

    public async Task<IReadOnlyDictionary<string, string>> HashAsync(IReadOnlyList<TransferEntry> entries, CancellationToken cancellationToken) =>
        await SandboxHashes.OfAsync(_shell, entries.Select(static entry => (entry.Path, entry.SourcePath)).ToList(), cancellationToken).ConfigureAwait(false);

    /// <summary>Whether the daemon would not give this one file, as opposed to a copy that cannot go on.</summary>
    private static bool IsRefusal(Exception exception) =>
        exception.GetType() == typeof(E2BException) || exception is E2BInvalidArgumentException or E2BProtocolException;

    private static TransferEntryException Unreadable(TransferEntry entry, Exception cause) =>
        new(TransferEntryError.Failed, entry.SourcePath, cause.Message, cause);

    private async IAsyncEnumerable<BulkItem> ReadOneByOneAsync(
        IReadOnlyList<TransferEntry> entries, TransferReport report, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (TransferEntry entry in entries)
        {
            TransferEntry known = entry;
            byte[] content = [];
            try
            {
                if (entry.Kind == EntryKind.Link)
                {
                    known = entry with { LinkTarget = await ReadLinkAsync(entry, cancellationToken).ConfigureAwait(false) };
                }
                else
                {
                    content = await sandbox.Files.ReadBytesAsync(entry.SourcePath, file, cancellationToken).ConfigureAwait(false);
                    if (content.Length != entry.Size)
                    {
                        throw SteadyRemoteStream.Changed(entry);
                    }
                }
            }
            catch (Exception e) when (IsRefusal(e) || e is SandboxFileNotFoundException or TransferEntryException)
            {
                report.Fail(entry.Path, e as TransferEntryException ?? Unreadable(entry, e));
                continue;
            }

            yield return new BulkItem(known, content);
        }
    }

    private async Task<string> ReadLinkAsync(TransferEntry entry, CancellationToken cancellationToken)
    {
        CommandResult result = await _shell.RunAsync("readlink -n -- \"$1\"", [entry.SourcePath], cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? result.StandardOutput : throw RemoteErrors.Of(sandbox, entry.SourcePath, "read the link", result);
    }
}

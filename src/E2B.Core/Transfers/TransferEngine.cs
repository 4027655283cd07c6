namespace E2B.Transfers;

/// <summary>Copies from a source to a sink: lists, stages, checks, and puts everything into its place at once.</summary>
internal sealed class TransferEngine(ITransferSource source, ITransferSink sink, TransferOptions options)
{
    /// <summary>What went wrong with one entry, as opposed to the whole copy.</summary>
    private static bool IsAboutEntry(Exception exception) => exception is TransferEntryException or SandboxFileNotFoundException;

    public async Task<TransferResult> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Parallelism is < 1 or > 64)
        {
            throw new E2BInvalidArgumentException("Parallelism has to be from 1 to 64.");
        }

        var meter = new TransferMeter(options.Progress);
        var report = new TransferReport(meter);
        IReadOnlyList<TransferEntry> listed = await source.ListAsync(report, cancellationToken).ConfigureAwait(false);
        listed = sink.Accept(listed, report);
        TransferPlan plan = TransferPlan.Of(listed, report);
        if (plan.Entries.Count == 0)
        {
            return Result(plan, report);
        }

        meter.Begin(plan.Files.Sum(static file => file.Size), plan.Entries.Count - plan.Directories.Count);
        try
        {
            await sink.PrepareAsync(plan, report, cancellationToken).ConfigureAwait(false);
            await CopyAsync(plan, report, cancellationToken).ConfigureAwait(false);
            await sink.CompleteAsync(plan, report, cancellationToken).ConfigureAwait(false);
            if (options.Verify)
            {
                await VerifyAsync(plan, report, cancellationToken).ConfigureAwait(false);
            }

            foreach (TransferEntry entry in plan.Entries.Where(entry => report.HasFailed(entry.Path)))
            {
                await sink.DiscardAsync(entry, cancellationToken).ConfigureAwait(false);
            }

            if (plan.Entries.All(entry => report.HasFailed(entry.Path)))
            {
                await sink.AbortAsync().ConfigureAwait(false);
            }
            else
            {
                await sink.CommitAsync(plan, report, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await sink.AbortAsync().ConfigureAwait(false);
            throw;
        }

        meter.End();
        return Result(plan, report);
    }

    /// <summary>Works on everything, several things at a time; the first failure of the whole ends the others.</summary>
    private async Task CopyAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = new Queue<Func<CancellationToken, Task>>();
        foreach (IReadOnlyList<TransferEntry> part in plan.Parts)
        {
            List<TransferEntry> missing = [.. part.Where(entry => !sink.Has(entry))];
            Count(part.Except(missing), report);
            if (missing.Count > 0)
            {
                work.Enqueue(token => sink.WriteBulkAsync(source.ReadBulkAsync(missing, report, token), report, token));
            }
        }

        Count(plan.Large.Where(sink.Has), report);
        foreach (TransferEntry entry in plan.Large.Where(entry => !sink.Has(entry)))
        {
            work.Enqueue(token => CopyFileAsync(entry, report, token));
        }

        Task[] workers = [.. Enumerable.Range(0, Math.Min(options.Parallelism, work.Count)).Select(_ => Task.Run(WorkAsync, CancellationToken.None))];
        try
        {
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The one that failed says why; the others only say that they were stopped for it.
            Exception? cause = workers.Select(static worker => worker.Exception?.InnerException).FirstOrDefault(static e => e is not null and not OperationCanceledException);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause ?? new OperationCanceledException());
        }

        async Task WorkAsync()
        {
            while (true)
            {
                Func<CancellationToken, Task>? next;
                lock (work)
                {
                    if (!work.TryDequeue(out next))
                    {
                        return;
                    }
                }

                try
                {
                    await next(stop.Token).ConfigureAwait(false);
                }
                catch
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            }
        }
    }

    private static void Count(IEnumerable<TransferEntry> entries, TransferReport report)
    {
        foreach (TransferEntry entry in entries)
        {
            report.Meter.AddBytes(entry.Size, entry.Path);
            report.Meter.AddFile(entry.Path);
        }
    }

    private async Task CopyFileAsync(TransferEntry entry, TransferReport report, CancellationToken cancellationToken)
    {
        long offset = sink.OffsetOf(entry);
        report.Meter.AddBytes(offset, entry.Path);
        try
        {
            if (offset < entry.Size)
            {
                Stream content = await source.OpenAsync(entry, offset, cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                {
                    using var counted = new CountingStream(content, count => report.Meter.AddBytes(count, entry.Path));
                    await sink.WriteFileAsync(entry, offset, counted, cancellationToken).ConfigureAwait(false);
                }
            }

            report.Meter.AddFile(entry.Path);
        }
        catch (Exception e) when (IsAboutEntry(e))
        {
            report.Fail(entry.Path, e);
        }
    }

    private async Task VerifyAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken)
    {
        List<TransferEntry> files = [.. plan.Files.Where(file => !report.HasFailed(file.Path))];
        Task<IReadOnlyDictionary<string, string>> sent = source.HashAsync(files, cancellationToken);
        Task<IReadOnlyDictionary<string, string>> arrived = sink.HashAsync(files, cancellationToken);
        await Task.WhenAll(sent, arrived).ConfigureAwait(false);
        IReadOnlyDictionary<string, string> before = await sent.ConfigureAwait(false);
        IReadOnlyDictionary<string, string> after = await arrived.ConfigureAwait(false);
        foreach (TransferEntry file in files)
        {
            if (!before.TryGetValue(file.Path, out string? expected) || !after.TryGetValue(file.Path, out string? actual))
            {
                report.Fail(file, TransferEntryError.HashMismatch, "its SHA-256 could not be had on both sides. Copy it again.");
            }
            else if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
            {
                report.Fail(file, TransferEntryError.HashMismatch, $"its SHA-256 is {expected} at the source and {actual} where it arrived. Copy it again.");
            }
        }
    }

    private TransferResult Result(TransferPlan plan, TransferReport report)
    {
        List<TransferEntry> copied = [.. plan.Entries.Where(entry => !report.HasFailedWithin(entry.Path))];
        return new TransferResult
        {
            Destination = sink.Destination,
            Files = copied.Count(static entry => entry.Kind == EntryKind.File),
            Directories = copied.Count(static entry => entry.Kind == EntryKind.Directory),
            Links = copied.Count(static entry => entry.Kind == EntryKind.Link),
            Bytes = copied.Where(static entry => entry.Kind == EntryKind.File).Sum(static entry => entry.Size),
            Duration = report.Meter.Elapsed,
            Items = copied.Select(static entry => entry.Path).ToArray(),
            Failures = report.Failures,
            Warnings = report.Warnings,
        };
    }
}

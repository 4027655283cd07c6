using System.Runtime.CompilerServices;
using E2B.Recovery;

namespace E2B.Observing;

/// <summary>A sandbox's log, read once or followed.</summary>
internal sealed class LogReading
{
    /// <summary>How long a follower waits before it asks again, also after the sandbox's end: the last entries may come late.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int LongestSearch = 256;
    private readonly SandboxOperations _sandboxes;
    private readonly string _sandboxId;
    private readonly SandboxLogOptions _options;
    private readonly E2BConnection _connection;

    public LogReading(SandboxOperations sandboxes, E2BConnection connection, string sandboxId, SandboxLogOptions options)
    {
        if (options.PageSize is < 1 or > LogPages.LargestPage)
        {
            throw new E2BInvalidArgumentException($"A page has 1 to {LogPages.LargestPage} entries of a log.");
        }

        if (options.Limit < 0)
        {
            throw new E2BInvalidArgumentException("There are no fewer than 0 entries.");
        }

        if (options.Search?.Length > LongestSearch)
        {
            throw new E2BInvalidArgumentException($"The text to look for has at most {LongestSearch} characters.");
        }

        _sandboxes = sandboxes;
        _connection = connection;
        _sandboxId = sandboxId;
        _options = options;
    }

    /// <summary>What is there now.</summary>
    public async IAsyncEnumerable<SandboxLogEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int left = _options.Limit ?? int.MaxValue;
        if (left == 0)
        {
            yield break;
        }

        await foreach (SandboxLogEntry entry in Pages(!_options.NewestFirst, _options.Limit).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return entry;
            if (--left == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>What is there, the oldest first, and what comes, until the sandbox is gone.</summary>
    public async IAsyncEnumerable<SandboxLogEntry> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LogPages pages = Pages(forward: true, limit: null, steadily: true);
        if (_options.Limit is { } limit)
        {
            // Where nothing old is to be told, the newest entry still says where the new ones begin.
            List<SandboxLogEntry> newest = await NewestAsync(Math.Max(limit, 1), cancellationToken).ConfigureAwait(false);
            pages.BeginAfter(newest);
            foreach (SandboxLogEntry entry in newest.TakeLast(limit))
            {
                yield return entry;
            }
        }

        bool isLast = false;
        while (true)
        {
            bool any = false;
            await foreach (SandboxLogEntry entry in pages.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                any = true;
                yield return entry;
            }

            if (isLast)
            {
                yield break;
            }

            isLast = !any && !await SteadyAsking.RunAsync(
                _connection, token => _sandboxes.IsThereAsync(_sandboxId, token), cancellationToken).ConfigureAwait(false);
            await Task.Delay(Interval, _connection.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private LogPages Pages(bool forward, int? limit, bool steadily = false) => new(
        (cursor, size, token) => steadily
            ? SteadyAsking.RunAsync(_connection, again => _sandboxes.ReadLogAsync(_sandboxId, _options, forward, cursor, size, again), token)
            : _sandboxes.ReadLogAsync(_sandboxId, _options, forward, cursor, size, token),
        _options with { PageSize = Math.Min(_options.PageSize, limit ?? _options.PageSize) },
        forward);

    private async Task<List<SandboxLogEntry>> NewestAsync(int limit, CancellationToken cancellationToken)
    {
        var newest = new List<SandboxLogEntry>();
        await foreach (SandboxLogEntry entry in Pages(forward: false, limit).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            newest.Add(entry);
            if (newest.Count == limit)
            {
                break;
            }
        }

        newest.Reverse();
        return newest;
    }
}

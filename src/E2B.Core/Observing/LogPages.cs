using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace E2B.Observing;

/// <summary>
/// A log from one end to the other, page after page, each entry once. It can be read on later, when there is more.
/// </summary>
/// <remarks>
/// The service's place in a log is a millisecond, and a page may end within one. The next page therefore begins with
/// that millisecond once more, and what was told of it is left out by count: entries that are alike in everything are
/// still several.
/// </remarks>
internal sealed class LogPages(LogPages.Source source, SandboxLogOptions options, bool forward)
{
    /// <summary>The most that the service gives at once.</summary>
    public const int LargestPage = 1000;

    private readonly List<SandboxLogEntry> _told = [];
    private long? _cursor = forward ? options.Since?.ToUnixTimeMilliseconds() : null;
    private DateTimeOffset _earliest = options.Since ?? DateTimeOffset.MinValue;

    /// <summary>Asks for a page.</summary>
    /// <param name="cursor">Milliseconds since 1970, itself included; <see langword="null"/> for the end to begin with.</param>
    /// <param name="limit">How many entries at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public delegate Task<IReadOnlyList<SandboxLogEntry>> Source(long? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>Begins after entries that were told already, of which the last one is the newest.</summary>
    public void BeginAfter(IReadOnlyList<SandboxLogEntry> told)
    {
        if (told.Count > 0)
        {
            _earliest = told[^1].Timestamp;
            _told.AddRange(told);
            MoveTo(_earliest.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>What there is and was not told yet.</summary>
    public async IAsyncEnumerable<SandboxLogEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int limit = options.PageSize;
        while (true)
        {
            IReadOnlyList<SandboxLogEntry> page = await source(_cursor, limit, cancellationToken).ConfigureAwait(false);
            List<SandboxLogEntry> fresh = WithoutTold(page);
            foreach (SandboxLogEntry entry in fresh)
            {
                if (entry.Timestamp >= _earliest)
                {
                    yield return entry;
                }
                else if (!forward)
                {
                    yield break;
                }
            }

            if (page.Count > 0)
            {
                _told.AddRange(fresh);
                MoveTo(Border(page[^1]));
            }

            if (page.Count < limit)
            {
                yield break;
            }

            if (fresh.Count > 0)
            {
                limit = options.PageSize;
            }
            else if (limit < LargestPage)
            {
                // The page holds nothing but the millisecond it began with.
                limit = LargestPage;
            }
            else
            {
                MoveTo(_cursor!.Value + (forward ? 1 : -1));
                limit = options.PageSize;
            }
        }
    }

    private static string KeyOf(SandboxLogEntry entry)
    {
        var key = new StringBuilder();
        key.Append(CultureInfo.InvariantCulture, $"{entry.Timestamp.UtcTicks} {entry.Level} {entry.Message}");
        foreach ((string name, string value) in entry.Fields.OrderBy(static field => field.Key, StringComparer.Ordinal))
        {
            key.Append('\0').Append(name).Append('\0').Append(value);
        }

        return key.ToString();
    }

    private List<SandboxLogEntry> WithoutTold(IReadOnlyList<SandboxLogEntry> page)
    {
        var told = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (SandboxLogEntry entry in _told)
        {
            string key = KeyOf(entry);
            told[key] = told.GetValueOrDefault(key) + 1;
        }

        var fresh = new List<SandboxLogEntry>(page.Count);
        foreach (SandboxLogEntry entry in page)
        {
            if (told.Count > 0 && KeyOf(entry) is { } key && told.TryGetValue(key, out int left))
            {
                if (left > 1)
                {
                    told[key] = left - 1;
                }
                else
                {
                    told.Remove(key);
                }
            }
            else
            {
                fresh.Add(entry);
            }
        }

        return fresh;
    }

    // Backwards from the end of the last entry's millisecond, so that all of it comes. Never back to where it came from.
    private long Border(SandboxLogEntry last)
    {
        long millisecond = last.Timestamp.ToUnixTimeMilliseconds();
        return forward ? Math.Max(millisecond, _cursor ?? millisecond) : Math.Min(millisecond + 1, _cursor ?? long.MaxValue);
    }

    /// <summary>Goes on from there, and forgets what cannot come again.</summary>
    private void MoveTo(long cursor)
    {
        _cursor = cursor;
        DateTimeOffset border = DateTimeOffset.FromUnixTimeMilliseconds(cursor);
        _told.RemoveAll(entry => forward ? entry.Timestamp < border : entry.Timestamp > border);
    }
}

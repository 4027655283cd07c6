using System.Buffers.Text;
using System.Globalization;
using System.Text;
using E2B.Protocol;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Where a page of a list ended. It names a place in the order, so what comes and goes meanwhile skips nobody.</summary>
internal sealed record PageCursor(DateTimeOffset Time, string Id, bool Ascending)
{
    private const int MaxLimit = 100;

    /// <exception cref="ApiException">It was not made here, or for the other order.</exception>
    public static PageCursor? Parse(string? token, bool ascending)
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        try
        {
            string[] parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split("__");
            if (parts.Length == 3 && parts[2] == Direction(ascending))
            {
                return new PageCursor(DateTimeOffset.ParseExact(parts[0], "O", CultureInfo.InvariantCulture), parts[1], ascending);
            }
        }
        catch (FormatException)
        {
            // The same answer as to a well-formed one for another list.
        }

        throw ApiException.BadRequest("Invalid next token");
    }

    public static int Compare(DateTimeOffset a, string aId, DateTimeOffset b, string bId, bool ascending)
    {
        int newestFirst = b.CompareTo(a) is not 0 and int byTime ? byTime : string.CompareOrdinal(aId, bId);
        return ascending ? -newestFirst : newestFirst;
    }

    /// <summary>Whether something comes after this place.</summary>
    public bool IsBefore(DateTimeOffset time, string id) => Compare(Time, Id, time, id, Ascending) < 0;

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Time.ToString("O", CultureInfo.InvariantCulture)}__{Id}__{Direction(Ascending)}"));

    private static string Direction(bool ascending) => ascending ? "asc" : "desc";

    /// <summary>Puts all in order, takes a page, and names the place where the next one begins, if there is one.</summary>
    /// <param name="call">Whose answer gets the next page's token.</param>
    /// <param name="all">What there is.</param>
    /// <param name="key">What orders it; the same for an item on every page.</param>
    /// <param name="ascending">The oldest first.</param>
    public static IReadOnlyList<T> Page<T>(ApiCall call, IEnumerable<T> all, Func<T, (DateTimeOffset Time, string Id)> key, bool ascending = false)
    {
        IQueryCollection query = call.Http.Request.Query;
        int limit = Limit(query["limit"]);
        PageCursor? cursor = Parse(query["nextToken"], ascending);
        List<(DateTimeOffset Time, string Id, T Item)> rest =
            [.. all.Select(item => (key(item).Time, key(item).Id, item)).Where(one => cursor is null || cursor.IsBefore(one.Time, one.Id))];
        rest.Sort((a, b) => Compare(a.Time, a.Id, b.Time, b.Id, ascending));
        if (rest.Count > limit)
        {
            rest.RemoveRange(limit, rest.Count - limit);
            call.Http.Response.Headers[E2BHeaders.NextToken] = new PageCursor(rest[^1].Time, rest[^1].Id, ascending).ToString();
        }

        return [.. rest.Select(one => one.Item)];
    }

    private static int Limit(string? text)
    {
        if (text is null)
        {
            return MaxLimit;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= MaxLimit
            ? limit
            : throw ApiException.BadRequest($"validation error: limit is a number from 1 to {MaxLimit}, not '{text}'");
    }
}

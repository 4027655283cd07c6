using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Where a page of a list ended. It names a place in the order, so what comes and goes meanwhile skips nobody.</summary>
internal sealed record PageCursor(DateTimeOffset StartedAt, string Id, bool Ascending)
{
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

    /// <summary>Whether the sandbox comes after this place.</summary>
    public bool IsBefore(Sandbox sandbox) => Compare(StartedAt, Id, sandbox.StartedAt, sandbox.Id, Ascending) < 0;

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{StartedAt.ToString("O", CultureInfo.InvariantCulture)}__{Id}__{Direction(Ascending)}"));

    private static string Direction(bool ascending) => ascending ? "asc" : "desc";
}

using Microsoft.Net.Http.Headers;

namespace E2B.LocalServer.Agent.Files;

/// <summary>Under which conditions a caller wants a file. Files have no tags here, only the time of their last change.</summary>
internal static class Preconditions
{
    /// <summary>Checks what the caller wants to be true first.</summary>
    /// <returns>The status to answer with instead of the file; <see langword="null"/> when nothing stands against it.</returns>
    public static int? Check(IHeaderDictionary headers, DateTimeOffset modified)
    {
        string match = headers.IfMatch.ToString();
        bool refused = match.Length > 0
            ? match.Trim() != "*"
            : HeaderUtilities.TryParseDate(headers.IfUnmodifiedSince.ToString(), out DateTimeOffset until) && modified > until;
        if (refused)
        {
            return StatusCodes.Status412PreconditionFailed;
        }

        string noneMatch = headers.IfNoneMatch.ToString();
        bool known = noneMatch.Length > 0
            ? noneMatch.Trim() == "*"
            : HeaderUtilities.TryParseDate(headers.IfModifiedSince.ToString(), out DateTimeOffset since) && modified <= since;
        return known ? StatusCodes.Status304NotModified : null;
    }

    /// <summary>The range that is asked for, if the file is still the one that the caller has a part of.</summary>
    public static string RangeOf(IHeaderDictionary headers, DateTimeOffset modified)
    {
        string onlyIf = headers.IfRange.ToString();
        return onlyIf.Length == 0 || (HeaderUtilities.TryParseDate(onlyIf, out DateTimeOffset date) && date == modified)
            ? headers.Range.ToString()
            : string.Empty;
    }
}

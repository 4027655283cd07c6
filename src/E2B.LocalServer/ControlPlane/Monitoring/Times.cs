using System.Globalization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>How times are kept and written.</summary>
internal static class Times
{
    /// <summary>To the microsecond, as the cloud keeps it: a page's token and what a client sends back compare equal then.</summary>
    public static DateTimeOffset ToMicrosecond(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>A time in a log entry's fields, written as the cloud writes it there.</summary>
    public static string InLog(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}

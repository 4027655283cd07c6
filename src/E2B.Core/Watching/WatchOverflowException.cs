using E2B.Protocol.Connect;

namespace E2B.Watching;

/// <summary>The daemon's queue of changes was full, and it gave up the watch. Never seen outside: it becomes an event.</summary>
internal sealed class WatchOverflowException(string? message) : Exception(message)
{
    /// <summary>Whether an error of the daemon says so. It has no code of its own.</summary>
    public static bool Tells(ConnectError error) => error.Code == ConnectCode.Internal && Tells(error.Message);

    /// <summary>The same of an error that has become an exception.</summary>
    public static bool Tells(E2BException error) => error.GetType() == typeof(E2BException) && Tells(error.Message);

    private static bool Tells(string? said) =>
        said is not null && said.Contains("watcher error", StringComparison.Ordinal) && said.Contains("overflow", StringComparison.Ordinal);
}

using System.Globalization;

namespace E2B.Transport;

/// <summary>The version of the daemon in a sandbox, and what it decides. The one place where versions are compared.</summary>
internal sealed class DaemonVersion
{
    /// <summary>What counts when the version is not known, as in debug mode.</summary>
    public const string Newest = "99.99.99";

    private static readonly Version _oldest = new(0, 1, 0);
    private static readonly Version _recursiveWatch = new(0, 1, 4);
    private static readonly Version _stdinOff = new(0, 3, 0);
    private static readonly Version _defaultUser = new(0, 4, 0);
    private static readonly Version _closeStdin = new(0, 5, 2);
    private static readonly Version _rawUpload = new(0, 5, 7);
    private static readonly Version _fileMetadata = new(0, 6, 2);
    private static readonly Version _watchEntries = new(0, 6, 3);
    private static readonly Version _networkWatch = new(0, 6, 4);

    private readonly Version _version;

    /// <param name="text">As the control plane gives it; what is no version counts as the newest.</param>
    public DaemonVersion(string? text)
    {
        Text = string.IsNullOrEmpty(text) ? Newest : text;
        _version = Parse(Text);
    }

    public string Text { get; }

    /// <summary>Whether this library can talk to it at all.</summary>
    public bool IsSupported => _version >= _oldest;

    /// <summary>A command can do without stdin.</summary>
    public bool CanSwitchStdinOff => _version >= _stdinOff;

    /// <summary>The sandbox has a default user. Without, every request names one.</summary>
    public bool HasDefaultUser => _version >= _defaultUser;

    /// <summary>stdin can be ended.</summary>
    public bool CanCloseStdin => _version >= _closeStdin;

    /// <summary>An upload's body can be the file itself, and compressed.</summary>
    public bool TakesRawUpload => _version >= _rawUpload;

    /// <summary>Metadata can be kept with a file.</summary>
    public bool KeepsFileMetadata => _version >= _fileMetadata;

    /// <summary>What is below a directory can be watched with it.</summary>
    public bool WatchesRecursively => _version >= _recursiveWatch;

    /// <summary>An event can come with the entry that it is about.</summary>
    public bool TellsWatchedEntries => _version >= _watchEntries;

    /// <summary>Network mounts can be watched.</summary>
    public bool WatchesNetworkMounts => _version >= _networkWatch;

    private static Version Parse(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart('v');
        int suffix = rest.IndexOfAny('-', '+');
        rest = suffix < 0 ? rest : rest[..suffix];
        if (int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int major))
        {
            return new Version(major, 0, 0);
        }

        return Version.TryParse(rest, out Version? version)
            ? new Version(version.Major, version.Minor, Math.Max(version.Build, 0))
            : new Version(Newest);
    }
}

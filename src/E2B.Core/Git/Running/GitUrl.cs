using System.Text.RegularExpressions;

namespace E2B.Git;

/// <summary>Addresses of repositories.</summary>
internal static partial class GitUrl
{
    /// <summary>Refuses an address that holds a user name or password, which would be in the process list and in the repository's settings.</summary>
    public static string Check(string? url)
    {
        GitArguments.Text(url, "URL");
        return !HasCredential(url!)
            ? url!
            : throw new E2BInvalidArgumentException(
                "The URL has a user name, password or token before its host (the part that ends with '@'). "
                + "It would be seen in the sandbox and stay in the repository's settings: leave it out, and give the credential by itself.");
    }

    /// <summary>Refuses arguments and settings of which one is an address with a user name or password, or has one.</summary>
    public static void CheckAll(IEnumerable<string> values)
    {
        foreach (string value in values.Where(HasCredential))
        {
            Check(value);
        }
    }

    /// <summary>Refuses what is no server's name, with a port or without.</summary>
    public static string CheckHost(string? host) => HostPattern().Match(host?.Trim() ?? string.Empty) is { Success: true } match
        ? match.Value
        : throw new E2BInvalidArgumentException("The host is a server's name, such as github.com, with its port where that is not the usual one.");

    /// <summary>The address without a password in it.</summary>
    public static string WithoutPassword(string url) => PasswordPattern().Replace(url, "$1$2@");

    /// <summary>Text of git's, with no password or token in any address.</summary>
    public static string Redact(string text) => AnyUserInfoPattern().Replace(text, "$1***@");

    /// <summary>Scheme, host and port of an address that can have a credential.</summary>
    public static string ServerOf(string url)
    {
        Match match = ServerPattern().Match(url);
        return match.Success
            ? $"{match.Groups[1].Value}://{match.Groups[2].Value}"
            : throw new E2BInvalidArgumentException("A credential goes with addresses that begin with https:// or http:// and a server's name only. Others have ways of their own, such as the keys of ssh.");
    }

    /// <summary>The directory that git makes of an address: its last part.</summary>
    /// <exception cref="E2BInvalidArgumentException">It has none.</exception>
    public static string DirectoryOf(string url)
    {
        string rest = url.TrimEnd('/');
        rest = rest.EndsWith("/.git", StringComparison.Ordinal) ? rest[..^5].TrimEnd('/') : rest;
        int start = rest.IndexOf("://", StringComparison.Ordinal);
        rest = start >= 0 ? rest[(start + 3)..] : rest;
        string name = rest[(rest.LastIndexOfAny(['/', ':']) + 1)..];
        name = name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;
        bool isHostAlone = start >= 0 && !rest.Contains('/', StringComparison.Ordinal);
        return name.Length > 0 && !isHostAlone && name is not ("." or "..")
            ? name
            : throw new E2BInvalidArgumentException("The URL does not say what the new directory could be called: give its path.");
    }

    /// <summary>Whether text is an address with a user name or password, or an option or setting that has one.</summary>
    internal static bool HasCredential(string text) => UserInfoPattern().IsMatch(text);

    [GeneratedRegex(@"(?:^|[=:]|\burl\.)\s*(?:https?://[^/?#]*@|[a-z][a-z0-9+.-]*://[^/?#@:]*:[^/?#]*@)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfoPattern();

    [GeneratedRegex(@"^([a-z][a-z0-9+.-]*://)([^/?#@:]*):[^/?#]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PasswordPattern();

    [GeneratedRegex(@"(https?://)[^/?#\s'""]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnyUserInfoPattern();

    [GeneratedRegex(@"^[^\s/?#@\\]+$", RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"^(https?)://(?:[^/?#]*@)?([^/?#@=\s]+)(?=[/?#]|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ServerPattern();
}

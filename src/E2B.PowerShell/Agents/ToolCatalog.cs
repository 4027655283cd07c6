using System.Management.Automation;
using E2B.PowerShell.Commands;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Agents;

/// <summary>
/// The cmdlets that can be tools of a language model, with the parameters that a model may give. What is not listed cannot
/// be had: a tool works in the sandbox that it is given, and reaches neither this machine, nor the account, nor the session.
/// </summary>
internal static class ToolCatalog
{
    private static readonly ToolParameter _path = new("LiteralPath") { IsRequired = true, Type = typeof(string) };
    private static readonly ToolParameter _process = new("ProcessId") { IsRequired = true, Type = typeof(int) };
    private static readonly ToolParameter _context = new("Context") { IsRequired = true, Type = typeof(string) };
    private static readonly ToolParameter _command = Needed("Command");
    private static readonly ToolParameter _limit = Needed("TimeoutSec");
    private static readonly ToolParameter _user = new("User");
    private static readonly ToolParameter _directory = new("WorkingDirectory");
    private static readonly ToolParameter _environment = new("Environment");

    /// <summary>All of them, those of the usual set first.</summary>
    public static IReadOnlyList<ToolRule> All { get; } =
    [
        new(typeof(InvokeE2BCommandCommand), _command, _directory, _environment, _user, new("TimeoutSec")) { IsUsual = true },
        new(typeof(InvokeE2BCodeCommand), Needed("Code"), new("Language"), new("Context") { Type = typeof(string) }, _environment, new("TimeoutSec")) { IsUsual = true },
        new(typeof(GetE2BFileCommand), _path, new("TotalCount"), new("Tail"), new("AsByteStream"), _user) { IsUsual = true },

        // What a model gives is the file, to the last character.
        new(typeof(SetE2BFileCommand), Needed("Path"), new("Value") { IsRequired = true, Type = typeof(string) }, new("Append"), _user)
        {
            IsUsual = true,
            Settled = new Dictionary<string, object> { ["NoNewline"] = true },
        },
        new(
            typeof(GetE2BChildItemCommand),
            new("Path") { Type = typeof(string) }, new("Filter"), new("Include"), new("Exclude"), new("Recurse"), new("Depth"), new("Force"), new("File"), new("Directory"), _user)
        {
            IsUsual = true,
        },
        new(typeof(StartE2BWebServerCommand), _command, Needed("Port"), new("TimeoutSec"), _directory, _environment, _user)
        {
            IsUsual = true,
            Settled = new Dictionary<string, object> { ["Wait"] = true },
        },
        new(typeof(GetE2BSandboxUrlCommand), new("Port") { IsRequired = true, Type = typeof(int) }, new("Path")) { IsUsual = true },
        new(typeof(GetE2BProcessCommand), new("ProcessId"), new("Tag")) { IsUsual = true },
        new(typeof(StopE2BProcessCommand), _process, new("GraceSec")) { IsUsual = true },

        new(typeof(StartE2BProcessCommand), _command, _directory, _environment, _user, new("Tag"), new("TimeoutSec")),
        new(typeof(WaitE2BProcessCommand), _process, new("TimeoutSec")),
        new(typeof(ConnectE2BProcessCommand), _process),
        new(typeof(SendE2BProcessInputCommand), _process, new("Value") { IsRequired = true, Type = typeof(string) }, new("NoNewline"), new("Close")),
        new(typeof(GetE2BItemCommand), _path, _user),
        new(typeof(TestE2BPathCommand), _path, new("PathType"), _user),
        new(typeof(NewE2BDirectoryCommand), _path, _user),
        new(typeof(MoveE2BItemCommand), _path, Needed("Destination"), new("Force"), _user),
        new(typeof(RemoveE2BItemCommand), _path, new("Recurse"), _user),
        new(typeof(GetE2BFileUrlCommand), _path, new("Expires"), new("Upload"), _user),
        new(typeof(WatchE2BDirectoryCommand), Needed("Path"), _limit, new("Recurse"), new("Filter"), new("EventType"), _user),
        new(typeof(InvokeE2BGitCommand), Needed("ArgumentList"), new("Path"), _directory, _environment, _user, new("TimeoutSec"))
        {
            Settled = new Dictionary<string, object> { ["PassThru"] = true },
        },
        new(typeof(NewE2BCodeContextCommand), new("Language"), _directory),
        new(typeof(GetE2BCodeContextCommand), new ToolParameter("Language")),
        new(typeof(RemoveE2BCodeContextCommand), _context),
        new(typeof(RestartE2BCodeContextCommand), _context),
        new(typeof(GetE2BSandboxLogCommand), new("Level"), new("Search"), new("Since"), new("Tail")),
        new(typeof(GetE2BSandboxMetricCommand), new("Start"), new("End")),
        new(typeof(TestE2BSandboxCommand), new ToolParameter("Port") { Type = typeof(int) }),
        new(typeof(WaitE2BSandboxCommand), new("Port") { IsRequired = true, Type = typeof(int) }, _limit),
    ];

    /// <summary>The tools of names with wildcards, in the catalogue's order; the usual set without any.</summary>
    /// <param name="names">The names.</param>
    /// <param name="unknown">The names, without wildcards, that are none of a tool.</param>
    public static IReadOnlyList<ToolRule> Find(IReadOnlyCollection<string> names, out IReadOnlyList<string> unknown)
    {
        unknown = [];
        if (names.Count == 0)
        {
            return [.. All.Where(static rule => rule.IsUsual)];
        }

        WildcardPattern[] patterns = [.. names.Select(static name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
        unknown = [.. names.Where(static name => !WildcardPattern.ContainsWildcardCharacters(name)
            && !All.Any(rule => rule.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))];
        return [.. All.Where(rule => Array.Exists(patterns, pattern => pattern.IsMatch(rule.Name)))];
    }

    /// <summary>Why a name is refused.</summary>
    public static ErrorRecord Refusal(string name) => ErrorFactory.InvalidArgument(
        "E2BNotATool",
        $"'{name}' cannot be a tool. A tool works in the sandbox that it is given, and reaches neither this machine, nor the account, nor the session. "
        + "Get-E2BToolDefinition * shows those that can.",
        name);

    private static ToolParameter Needed(string name) => new(name) { IsRequired = true };
}

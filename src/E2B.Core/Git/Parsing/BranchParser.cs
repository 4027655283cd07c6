using System.Globalization;
using System.Text.RegularExpressions;

namespace E2B.Git;

/// <summary>Reads branches as <c>git for-each-ref</c> lists them.</summary>
internal static partial class BranchParser
{
    private const string Local = "refs/heads/";

    private const string Remote = "refs/remotes/";

    public static string[] Arguments(bool includeRemotes) =>
    [
        "for-each-ref",
        "--format=%(refname)%00%(HEAD)%00%(objectname)%00%(symref)%00%(upstream)%00%(upstream:track,nobracket)%00%(contents:subject)%00",
        Local,
        .. includeRemotes ? [Remote] : Array.Empty<string>(),
    ];

    public static IReadOnlyList<GitBranch> Parse(string output, string sandboxId)
    {
        var branches = new List<GitBranch>();
        var records = new RecordReader(output);
        while (records.TryRead(out string? name) && name != "\n")
        {
            // Each but the first begins with the end of the line before.
            name = name.TrimStart('\n');
            bool isCurrent = records.Read("branches") == "*";
            string commit = records.Read("branches");
            bool isAlias = records.Read("branches").Length > 0;
            string upstream = records.Read("branches");
            string track = records.Read("branches");
            string subject = records.Read("branches");

            // origin/HEAD is no branch but says which one is meant by "origin".
            if (!(isAlias && name.StartsWith(Remote, StringComparison.Ordinal)))
            {
                branches.Add(new GitBranch
                {
                    SandboxId = sandboxId,
                    Name = Short(name),
                    IsCurrent = isCurrent,
                    IsRemote = name.StartsWith(Remote, StringComparison.Ordinal),
                    Commit = commit,
                    Upstream = upstream.Length > 0 ? Short(upstream) : null,
                    IsUpstreamGone = track == "gone",
                    Ahead = Count(AheadPattern().Match(track)),
                    Behind = Count(BehindPattern().Match(track)),
                    Subject = subject,
                });
            }
        }

        return branches;
    }

    private static string Short(string name) =>
        name.StartsWith(Local, StringComparison.Ordinal) ? name[Local.Length..]
        : name.StartsWith(Remote, StringComparison.Ordinal) ? name[Remote.Length..]
        : name;

    private static int Count(Match match) => match.Success ? int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("ahead ([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex AheadPattern();

    [GeneratedRegex("behind ([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex BehindPattern();
}

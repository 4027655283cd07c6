using System.Globalization;

namespace E2B.Git;

/// <summary>Reads <c>git status --porcelain=v2 --branch -z</c>.</summary>
internal static class StatusParser
{
    public static readonly string[] Arguments = ["status", "--porcelain=v2", "--branch", "-z"];

    public static GitStatus Parse(string output, string sandboxId, string repository)
    {
        var head = new Dictionary<string, string>();
        var files = new List<GitFileStatus>();
        var records = new RecordReader(output);
        while (records.TryRead(out string? record))
        {
            // "# branch.head main" is a header; a name comes after one space of its record and may hold any others.
            string[] words = record[0] == '#' ? record.Split(' ', 3) : [];
            if (words.Length == 3)
            {
                head[words[1]] = words[2];
            }
            else if (record[0] != '#')
            {
                files.Add(ReadFile(record, records));
            }
        }

        string? branch = head.GetValueOrDefault("branch.head");
        string? commit = head.GetValueOrDefault("branch.oid");
        string? upstream = head.GetValueOrDefault("branch.upstream");
        bool isDetached = branch == "(detached)";
        string[] distance = head.GetValueOrDefault("branch.ab")?.Split(' ') ?? [];
        bool isInitial = commit == "(initial)";
        return new GitStatus
        {
            SandboxId = sandboxId,
            Repository = repository,
            Branch = isDetached ? null : branch,
            Commit = isInitial ? null : commit,
            Upstream = upstream,
            IsUpstreamGone = upstream is not null && distance.Length == 0 && !isInitial,
            Ahead = distance.Length == 2 ? Number(distance[0]) : 0,
            Behind = distance.Length == 2 ? Number(distance[1]) : 0,
            IsDetached = isDetached,
            Files = files,
        };
    }

    /// <summary>What happened, from git's letters; the first that fits.</summary>
    public static GitFileState StateOf(char index, char workTree)
    {
        foreach ((char letter, GitFileState state) in Letters.Ordered)
        {
            if (index == letter || workTree == letter)
            {
                return state;
            }
        }

        return GitFileState.Unknown;
    }

    private static GitFileStatus ReadFile(string record, RecordReader records)
    {
        // How many words there are before the name.
        int words = record[0] switch { '1' => 8, '2' => 9, 'u' => 10, '?' or '!' => 1, _ => throw RecordReader.Unexpected("status", record) };
        string[] parts = record.Split(' ', words + 1);
        if (parts.Length != words + 1)
        {
            throw RecordReader.Unexpected("status", record);
        }

        if (words == 1)
        {
            return new GitFileStatus { Name = parts[1], Status = StateOf(record[0], record[0]), IndexStatus = record[0], WorkTreeStatus = record[0] };
        }

        char index = Letter(parts[1][0]);
        char workTree = Letter(parts[1][1]);
        return new GitFileStatus
        {
            Name = parts[words],
            OldName = record[0] == '2' ? records.Read("status") : null,
            IndexStatus = index,
            WorkTreeStatus = workTree,
            Status = record[0] == 'u' ? GitFileState.Conflicted : StateOf(index, workTree),
        };
    }

    private static char Letter(char letter) => letter == '.' ? ' ' : letter;

    private static int Number(string text) => Math.Abs(int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
}

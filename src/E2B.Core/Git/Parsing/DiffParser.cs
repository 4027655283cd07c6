using System.Globalization;

namespace E2B.Git;

/// <summary>Reads <c>git diff --raw --numstat -z</c>: all files with what happened to them, then all again with their lines.</summary>
internal static class DiffParser
{
    public static readonly string[] Arguments = ["diff", "--raw", "--numstat", "-z", "--no-color", "--no-ext-diff", "--abbrev=40"];

    public static IReadOnlyList<GitDiffEntry> Parse(string output, string sandboxId)
    {
        var changes = new List<(GitFileState State, string? OldName, string Name)>();
        var lines = new Dictionary<string, (int? Additions, int? Deletions)>();
        var records = new RecordReader(output);
        while (records.TryRead(out string? record))
        {
            if (record[0] == ':')
            {
                char letter = record[(record.LastIndexOf(' ') + 1)..][0];
                string name = records.Read("diff");
                (string? oldName, name) = letter is 'R' or 'C' ? (name, records.Read("diff")) : ((string?)null, name);

                // A file that a merge could not put together is listed as such, and again with its lines.
                if (changes.Count == 0 || changes[^1] is not { State: GitFileState.Conflicted } before || before.Name != name)
                {
                    changes.Add((StatusParser.StateOf(letter, letter), oldName, name));
                }

                continue;
            }

            string[] parts = record.Split('\t', 3);
            if (parts.Length != 3)
            {
                throw RecordReader.Unexpected("diff", record);
            }

            if (parts[2].Length == 0)
            {
                // Renamed: both names follow.
                records.Read("diff");
                parts[2] = records.Read("diff");
            }

            lines[parts[2]] = (Count(parts[0]), Count(parts[1]));
        }

        return changes.Select(change =>
        {
            (int? additions, int? deletions) = lines.GetValueOrDefault(change.Name);
            return new GitDiffEntry
            {
                SandboxId = sandboxId,
                Name = change.Name,
                OldName = change.OldName,
                Status = change.State,
                Additions = additions,
                Deletions = deletions,
            };
        }).ToArray();
    }

    private static int? Count(string text) => text == "-" ? null : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

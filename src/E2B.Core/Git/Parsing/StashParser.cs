namespace E2B.Git;

/// <summary>Reads stashes as <c>git stash list</c> lists them with this format, the last one first.</summary>
internal static class StashParser
{
    public static readonly string[] Arguments = ["stash", "list", "-z", "--format=tformat:%H%x00%cI%x00%gs"];

    public static IReadOnlyList<GitStashEntry> Parse(string output, string sandboxId)
    {
        var entries = new List<GitStashEntry>();
        var records = new RecordReader(output);
        while (records.TryRead(out string? commit))
        {
            entries.Add(new GitStashEntry
            {
                SandboxId = sandboxId,
                Index = entries.Count,
                Commit = commit,
                Date = LogParser.Date(records.Read("stashes")),
                Message = records.Read("stashes"),
            });
        }

        return entries;
    }
}

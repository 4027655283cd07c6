namespace E2B.Git;

/// <summary>Reads tags as <c>git for-each-ref</c> lists them.</summary>
internal static class TagParser
{
    private const string Prefix = "refs/tags/";

    public static readonly string[] Arguments =
    [
        "for-each-ref", "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(*objectname)%00%(contents:subject)%00", Prefix,
    ];

    public static IReadOnlyList<GitTag> Parse(string output, string sandboxId)
    {
        var tags = new List<GitTag>();
        var records = new RecordReader(output);
        while (records.TryRead(out string? name) && name != "\n")
        {
            bool isAnnotated = records.Read("tags") == "tag";
            string itself = records.Read("tags");
            string target = records.Read("tags");
            tags.Add(new GitTag
            {
                SandboxId = sandboxId,
                Name = name.TrimStart('\n')[Prefix.Length..],
                IsAnnotated = isAnnotated,
                Commit = target.Length > 0 ? target : itself,
                Subject = records.Read("tags"),
            });
        }

        return tags;
    }
}

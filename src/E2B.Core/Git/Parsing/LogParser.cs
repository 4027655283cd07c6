using System.Globalization;

namespace E2B.Git;

/// <summary>Reads commits as <c>git log</c> lists them with this format.</summary>
internal static class LogParser
{
    public static readonly string[] Arguments =
    [
        "log",
        "-z",
        "--no-show-signature",
        "--no-color",
        "--no-patch",
        "--decorate=full",
        "--encoding=UTF-8",
        "--format=tformat:%H%x00%h%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%D%x00%s%x00%b",
    ];

    public static IReadOnlyList<GitLogEntry> Parse(string output, string sandboxId)
    {
        var entries = new List<GitLogEntry>();
        var records = new RecordReader(output);
        while (records.TryRead(out string? commit))
        {
            entries.Add(new GitLogEntry
            {
                SandboxId = sandboxId,
                Commit = commit,
                ShortCommit = Next(),
                Parents = Next().Split(' ', StringSplitOptions.RemoveEmptyEntries),
                AuthorName = Next(),
                AuthorEmail = Next(),
                AuthorDate = Date(Next()),
                CommitterName = Next(),
                CommitterEmail = Next(),
                CommitterDate = Date(Next()),
                References = References(Next()),
                Subject = Next(),
                Body = Next().TrimEnd('\n'),
            });
        }

        return entries;

        string Next() => records.Read("log");
    }

    /// <summary>A time as git writes it with %aI; the beginning of time where a broken commit has none.</summary>
    public static DateTimeOffset Date(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset date) ? date : default;

    /// <summary>Such as <c>HEAD -> refs/heads/main, tag: refs/tags/v1</c>. No reference can have a comma and a space.</summary>
    private static List<string> References(string text)
    {
        var references = new List<string>();
        foreach (string part in text.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] names = part.Split(" -> ");
            references.AddRange(names.Select(static name => name.StartsWith("tag: ", StringComparison.Ordinal) ? name[5..] : name));
        }

        return references;
    }
}

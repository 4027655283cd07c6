using System.Globalization;

namespace E2B.EndToEnd.Tests.Git;

/// <summary>A repository of 5,000 files with 200 changed in every way, field by field against what git itself prints.</summary>
public class GitLargeTests(LocalServer server)
{
    private const string Make = """
        git init -q big && cd big
        for i in $(seq 5000); do d=dir$((i % 50)); mkdir -p $d; for l in 1 2 3 4 5 6 7 8; do echo "$l of $i"; done >"$d/file $i.txt"; done
        git add . && git commit -qm 'all of it'
        git branch up && git checkout -q up && git commit -q --allow-empty -m above && git checkout -q - && git branch -q -u up
        git commit -q --allow-empty -m here
        n() { sed -n "$1,$2p" list; }
        git ls-files | sort -R --random-source=<(yes) >../list && mv ../list . && echo list >>.git/info/exclude
        n 1 25 | while IFS= read -r f; do echo more >>"$f"; done
        n 26 50 | while IFS= read -r f; do echo more >>"$f"; git add -- "$f"; done
        n 51 75 | while IFS= read -r f; do echo more >>"$f"; git add -- "$f"; echo again >>"$f"; done
        n 76 95 | while IFS= read -r f; do rm -- "$f"; done
        n 96 115 | while IFS= read -r f; do git rm -q -- "$f"; done
        n 116 135 | while IFS= read -r f; do git mv -- "$f" "$f -> moved"; done
        n 136 145 | while IFS= read -r f; do git mv -- "$f" "$f renamed"; echo more >>"$f renamed"; done
        n 146 155 | while IFS= read -r f; do rm -- "$f"; ln -s /etc/passwd "$f"; done
        n 156 165 | while IFS= read -r f; do chmod +x -- "$f"; done
        n 166 175 | while IFS= read -r f; do echo x >"new $(basename "$f")"; git add -- "new $(basename "$f")"; done
        n 176 190 | while IFS= read -r f; do echo x >"$f
        line ü"; done
        for i in $(seq 10); do printf 'a\0b' >bin$i; git add bin$i; printf 'c\0d' >bin$i; done
        rm list
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_branches_log_and_diff_agree_with_git_itself()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        await box.ShellAsync(Make);

        // The older machine format of git's, which nothing here reads otherwise: two letters, a space, a name.
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] v1 = (await box.ShellAsync("git -C big status --porcelain=v1 -z")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < v1.Length; i++)
        {
            string name = v1[i][3..];
            expected.Add(name, v1[i][..2] + (v1[i][0] is 'R' or 'C' || v1[i][1] is 'R' or 'C' ? " from " + v1[++i] : string.Empty));
        }

        GitStatus status = await box.Git.StatusAsync("big", cancellationToken: Token);
        Assert.Equal(expected.Select(e => $"{e.Value} {e.Key}"), status.Files.OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{f.IndexStatus}{f.WorkTreeStatus}{(f.OldName is null ? "" : " from " + f.OldName)} {f.Name}"));
        Assert.InRange(status.Files.Count, 190, 220);
        Assert.Equal(("up", 1, 1, false), (status.Upstream, status.Ahead, status.Behind, status.IsUpstreamGone));
        Assert.Equal((await box.ShellAsync("git -C big rev-parse HEAD")).Trim(), status.Commit);
        Assert.Equal(30, status.Renamed.Count);
        Assert.Equal(15, status.Untracked.Count);

        Assert.Equal(
            (await box.ShellAsync("git -C big diff --numstat HEAD -z --no-renames")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            (await box.Git.DiffAsync("big", new GitDiffOptions { Target = "HEAD", Environment = NoRenames }, Token))
                .Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Additions?.ToString(CultureInfo.InvariantCulture) ?? "-"}\t{d.Deletions?.ToString(CultureInfo.InvariantCulture) ?? "-"}\t{d.Name}")).Order(StringComparer.Ordinal));
        IReadOnlyList<GitDiffEntry> staged = await box.Git.DiffAsync("big", new GitDiffOptions { Staged = true }, Token);
        Assert.Equal(
            (await box.ShellAsync("git -C big diff --cached --name-status -M | cut -c1 | sort | uniq -c | awk '{ print $2 $1 }'")).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            staged.GroupBy(d => Letter(d.Status)).Select(g => $"{g.Key}{g.Count()}").Order(StringComparer.Ordinal));

        Assert.Equal(
            (await box.ShellAsync("git -C big log --all --format='%H|%P|%an|%ae|%ai|%s'")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            (await box.Git.LogAsync("big", new GitLogOptions { Target = "main" }, Token)).Concat(await box.Git.LogAsync("big", new GitLogOptions { Target = "main..up" }, Token))
                .Select(e => $"{e.Commit}|{string.Join(' ', e.Parents)}|{e.AuthorName}|{e.AuthorEmail}|{e.AuthorDate.ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture)}{e.AuthorDate.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal)}|{e.Subject}").Order(StringComparer.Ordinal));
    }

    private static IReadOnlyDictionary<string, string> NoRenames => new Dictionary<string, string>
    {
        ["GIT_CONFIG_COUNT"] = "1",
        ["GIT_CONFIG_KEY_0"] = "diff.renames",
        ["GIT_CONFIG_VALUE_0"] = "false",
    };

    private static string Letter(GitFileState state) => state switch
    {
        GitFileState.Renamed => "R",
        GitFileState.Copied => "C",
        GitFileState.Deleted => "D",
        GitFileState.Added => "A",
        GitFileState.Modified => "M",
        GitFileState.TypeChanged => "T",
        _ => "X",
    };
}

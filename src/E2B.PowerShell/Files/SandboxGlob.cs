using System.Management.Automation;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Files;

/// <summary>
/// Finds what a path with wildcards means in a sandbox. The service knows none, so directories are listed and their
/// names compared here, as PowerShell compares them: <c>*</c>, <c>?</c>, <c>[a-z]</c>, a backtick before what is
/// meant as it is, and capitals are like small letters.
/// </summary>
internal sealed class SandboxGlob
{
    /// <summary>How many directories are listed at a time.</summary>
    private const int Parallelism = 8;

    private readonly Sandbox _sandbox;
    private readonly SandboxFileOptions? _options;
    private readonly bool _withHidden;

    /// <param name="sandbox">Where to look.</param>
    /// <param name="options">As whom, and the time limit of each request.</param>
    /// <param name="withHidden">Whether wildcards stand for names that begin with a dot too. Where the pattern itself has the dot they always do.</param>
    public SandboxGlob(Sandbox sandbox, SandboxFileOptions? options = null, bool withHidden = false)
    {
        _sandbox = sandbox;
        _options = options;
        _withHidden = withHidden;
    }

    /// <summary>Whether a path has wildcards that are meant as such.</summary>
    public static bool HasWildcards(string path) => WildcardPattern.ContainsWildcardCharacters(path);

    /// <summary>The path that a pattern without wildcards means: backticks taken away.</summary>
    public static string Unescape(string pattern) => WildcardPattern.Unescape(pattern);

    /// <summary>The entries that a path means, in the order of their names.</summary>
    /// <param name="pattern">A path, with or without wildcards in any of its parts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Empty when nothing matches. Without wildcards always one.</returns>
    /// <exception cref="SandboxFileNotFoundException">There are no wildcards in the path, and nothing is there.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no pattern.</exception>
    public async Task<IReadOnlyList<SandboxEntry>> ExpandAsync(string pattern, CancellationToken cancellationToken)
    {
        if (!HasWildcards(pattern))
        {
            return [await _sandbox.Files.GetInfoAsync(Unescape(pattern), _options, cancellationToken).ConfigureAwait(false)];
        }

        string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int first = Array.FindIndex(parts, HasWildcards);
        string start = (pattern.StartsWith('/') ? "/" : string.Empty) + string.Join('/', parts.Take(first).Select(Unescape));
        IReadOnlyList<string> directories = [start.Length == 0 ? "." : start];
        for (int i = first; i < parts.Length - 1; i++)
        {
            directories = HasWildcards(parts[i])
                ? [.. (await ListAsync(directories, parts[i], cancellationToken).ConfigureAwait(false)).Where(IsDirectory).Select(static entry => entry.Path)]
                : [.. directories.Select(directory => SandboxPath.Join(directory, Unescape(parts[i])))];
        }

        IEnumerable<SandboxEntry> found = HasWildcards(parts[^1])
            ? await ListAsync(directories, parts[^1], cancellationToken).ConfigureAwait(false)
            : await LookAsync(directories, Unescape(parts[^1]), cancellationToken).ConfigureAwait(false);
        return [.. pattern.EndsWith('/') ? found.Where(IsDirectory) : found];
    }

    /// <summary>What a name has to be for one part of a pattern.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is no pattern.</exception>
    public static Func<string, bool> Matcher(string pattern, bool withHidden)
    {
        var compiled = new WildcardPattern(pattern, WildcardOptions.IgnoreCase);
        bool hiddenToo = withHidden || pattern.StartsWith('.');
        try
        {
            compiled.IsMatch(string.Empty);
        }
        catch (WildcardPatternException e)
        {
            throw new E2BInvalidArgumentException($"'{pattern}' is no pattern. A bracket that is part of a name has a backtick before it, or the path is given with -LiteralPath.", e);
        }

        return name => (hiddenToo || !name.StartsWith('.')) && compiled.IsMatch(name);
    }

    private static bool IsDirectory(SandboxEntry entry) => entry.IsDirectory;

    private async Task<IReadOnlyList<SandboxEntry>> ListAsync(
        IReadOnlyList<string> directories, string pattern, CancellationToken cancellationToken)
    {
        Func<string, bool> matches = Matcher(pattern, _withHidden);
        return await EachAsync(directories, async directory =>
            (await _sandbox.Files.ListAsync(directory, 1, _options, cancellationToken).ConfigureAwait(false))
                .Where(entry => matches(entry.Name))).ConfigureAwait(false);
    }

    private Task<IReadOnlyList<SandboxEntry>> LookAsync(IReadOnlyList<string> directories, string name, CancellationToken cancellationToken) =>
        EachAsync(directories, async directory =>
            [await _sandbox.Files.GetInfoAsync(SandboxPath.Join(directory, name), _options, cancellationToken).ConfigureAwait(false)]);

    /// <summary>What a pattern leads to need not be there, and need not be a directory.</summary>
    private static async Task<IReadOnlyList<SandboxEntry>> EachAsync(
        IReadOnlyList<string> directories, Func<string, Task<IEnumerable<SandboxEntry>>> look)
    {
        var found = new List<SandboxEntry>();
        foreach (string[] some in directories.Chunk(Parallelism))
        {
            foreach (IEnumerable<SandboxEntry> entries in await Task.WhenAll(some.Select(LookAsync)).ConfigureAwait(false))
            {
                found.AddRange(entries);
            }
        }

        return found;

        async Task<IEnumerable<SandboxEntry>> LookAsync(string directory)
        {
            try
            {
                return await look(directory).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxFileNotFoundException or E2BInvalidArgumentException)
            {
                return [];
            }
        }
    }
}

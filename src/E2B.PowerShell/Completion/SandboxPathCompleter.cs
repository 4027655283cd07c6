using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>
/// Offers what is in a directory of the sandbox on the command line, else of the default one. For parameters that take
/// a path with wildcards: what would be one in a name is escaped.
/// </summary>
public class SandboxPathCompleter : IArgumentCompleter
{
    /// <summary>What has to be quoted in PowerShell's argument mode.</summary>
    private static readonly System.Buffers.SearchValues<char> _special =
        System.Buffers.SearchValues.Create(" \t\n'\"`$();{}|&<>@#,*?[]\u2018\u2019\u201A\u201B\u201C\u201D\u201E");

    private static readonly System.Buffers.SearchValues<char> _quotes = System.Buffers.SearchValues.Create("'\u2018\u2019\u201A\u201B");

    private protected virtual bool HasWildcards => true;

    /// <inheritdoc/>
    public virtual IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        int slash = word.LastIndexOf('/');
        string typed = word[..(slash + 1)];
        string prefix = Plain(word[(slash + 1)..]);
        string directory = slash < 0 ? "." : Plain(typed);
        return SandboxDirectories.List(fakeBoundParameters, directory)
            .Where(entry => entry.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (prefix.Length > 0 || !entry.Name.StartsWith('.')))
            .Select(entry => new CompletionResult(
                Quote(typed + (HasWildcards ? WildcardPattern.Escape(entry.Name) : entry.Name) + (entry.IsDirectory ? "/" : string.Empty)),
                entry.Name,
                entry.IsDirectory ? CompletionResultType.ProviderContainer : CompletionResultType.ProviderItem,
                entry.Path));
    }

    private string Plain(string typed) => HasWildcards ? WildcardPattern.Unescape(typed) : typed;

    private static string Quote(string path)
    {
        if (!path.AsSpan().ContainsAny(_special) && !path.StartsWith('-'))
        {
            return path;
        }

        var quoted = new System.Text.StringBuilder(path.Length + 2).Append('\'');
        foreach (char c in path)
        {
            quoted.Append(c, _quotes.Contains(c) ? 2 : 1);
        }

        return quoted.Append('\'').ToString();
    }
}

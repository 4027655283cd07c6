using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace E2B.PowerShell.Agents;

/// <summary>What the module's own help says, read once from the file that Get-Help shows.</summary>
internal sealed partial class ModuleHelp
{
    /// <summary>What the strictest of the services takes for a tool's description, in characters.</summary>
    private const int Longest = 1024;

    private static readonly XNamespace _command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace _maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly Lazy<ModuleHelp> _own = new(Read);

    private readonly Dictionary<string, XElement> _cmdlets;

    private ModuleHelp(XDocument help) =>
        _cmdlets = help.Root!.Elements(_command + "command").ToDictionary(static cmdlet => cmdlet.Element(_command + "details")!.Element(_command + "name")!.Value);

    /// <summary>The help beside the module. It does not change while the module is loaded.</summary>
    /// <exception cref="E2BException">It is not there.</exception>
    public static ModuleHelp Own => _own.Value;

    /// <summary>What a tool does: the cmdlet's synopsis, and as many paragraphs of its description as a service takes.</summary>
    public string Describe(ToolRule rule)
    {
        XElement help = _cmdlets[rule.Name];
        string text = Text(help.Element(_command + "details")!.Element(_maml + "description"));
        string[] paragraphs = Text(help.Element(_maml + "description")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < paragraphs.Length; i++)
        {
            string sentences = ForModel(paragraphs[i], rule, keepsFirst: i == 0);
            if (text.Length + sentences.Length + 2 > Longest)
            {
                break;
            }

            text += sentences.Length > 0 ? "\n\n" + sentences : null;
        }

        return text;
    }

    /// <summary>What a parameter of a tool is.</summary>
    public string Describe(ToolRule rule, string parameter) => ForModel(
        Text(_cmdlets[rule.Name]
            .Elements(_command + "parameters").Elements(_command + "parameter")
            .First(one => one.Element(_maml + "name")!.Value == parameter)
            .Element(_maml + "description")),
        rule,
        keepsFirst: true);

    /// <summary>
    /// Without sentences about what only a person at a prompt has: parameters and cmdlets that the model is not given, the
    /// pipeline, the shell's own ways to write things. They would have it try what is refused. Where a paragraph begins
    /// with one, the rest hangs on it.
    /// </summary>
    private static string ForModel(string text, ToolRule rule, bool keepsFirst)
    {
        string[] sentences = SentenceEnd().Split(text);
        return !keepsFirst && !IsForModel(sentences[0], rule)
            ? string.Empty
            : string.Join(' ', sentences.Where((sentence, i) => i == 0 || IsForModel(sentence, rule)));
    }

    private static bool IsForModel(string sentence, ToolRule rule) =>
        !PromptOnly().IsMatch(sentence)
        && ParameterName().Matches(sentence).All(match => Array.Exists(rule.Parameters, parameter => parameter.Name == match.Groups[1].Value))
        && CmdletName().Matches(sentence).All(match => match.Value == rule.Name);

    private static ModuleHelp Read()
    {
        string module = Path.GetDirectoryName(typeof(ModuleHelp).Assembly.Location)!;
        string file = Path.Combine(module, "en-US", "E2B.PowerShell.dll-Help.xml");
        return File.Exists(file)
            ? new ModuleHelp(XDocument.Load(file))
            : throw new E2BException($"The module's help is not at '{file}', and descriptions of tools come from it. Install the module again.");
    }

    /// <summary>The paragraphs as plain text: a model follows no links.</summary>
    private static string Text(XElement? of) => of is null
        ? string.Empty
        : Link().Replace(string.Join("\n\n", of.Elements(_maml + "para").Select(static para => para.Value.ReplaceLineEndings("\n").Trim())), "$1");

    [GeneratedRegex(@"(?<=[.!?]\)?)\s+(?=[A-Z`$-])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\b(pipelines?|piped?|positional|quotes|hashtables?|SecureStrings?|Ctrl\+C|Write-Host|prompt|jobs?|default sandbox|several sandboxes|non-terminating|terminals that|PowerShell|Tab)\b|\$[A-Z]", RegexOptions.IgnoreCase)]
    private static partial Regex PromptOnly();

    [GeneratedRegex(@"(?<![\w-])-([A-Z]\w+)")]
    private static partial Regex ParameterName();

    [GeneratedRegex(@"\b[A-Z][a-z]+-[A-Z]\w+\b")]
    private static partial Regex CmdletName();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();
}

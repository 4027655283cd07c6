using System.Text.RegularExpressions;

namespace E2B;

/// <summary>How code failed, as its language tells it.</summary>
public sealed partial class CodeError
{
    private string? _plain;

    internal CodeError(string name, string value, string traceback)
    {
        Name = name;
        Value = value;
        Traceback = traceback;
    }

    /// <summary>The error's kind, such as <c>NameError</c>.</summary>
    public string Name { get; }

    /// <summary>The error's words.</summary>
    public string Value { get; }

    /// <summary>Where it happened, as the kernel tells it, colours for a terminal included.</summary>
    public string Traceback { get; }

    /// <summary>The same without colours, and with the ends of lines that the service takes out between its parts.</summary>
    public string PlainTraceback => _plain ??= Tidy(Colours().Replace(Traceback, string.Empty));

    /// <summary>Name and words.</summary>
    public override string ToString() => Value.Length == 0 ? Name : Name.Length == 0 ? Value : $"{Name}: {Value}";

    /// <summary>IPython's parts, a rule, a head, frames and the error, come without anything between them.</summary>
    private string Tidy(string text)
    {
        text = Rule().Replace(text, string.Empty);
        text = HeadEnd().Replace(text, "$1\n");
        string last = ToString();
        return text.EndsWith(last, StringComparison.Ordinal) && text.Length > last.Length && text[^(last.Length + 1)] is not ('\n' or ' ')
            ? $"{text[..^last.Length]}\n{last}"
            : text;
    }

    [GeneratedRegex(@"\A-{20,}\n?")]
    private static partial Regex Rule();

    [GeneratedRegex(@"(\(most recent call last\))(?=[^\r\n])")]
    private static partial Regex HeadEnd();

    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex Colours();
}

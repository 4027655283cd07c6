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

    /// <summary>The same without colours.</summary>
    public string PlainTraceback => _plain ??= Colours().Replace(Traceback, string.Empty);

    /// <summary>Name and words.</summary>
    public override string ToString() => Value.Length == 0 ? Name : Name.Length == 0 ? Value : $"{Name}: {Value}";

    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex Colours();
}

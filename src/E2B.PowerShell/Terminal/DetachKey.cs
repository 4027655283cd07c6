using System.Text;

namespace E2B.PowerShell.Terminal;

/// <summary>The keys that let go of a terminal, pressed one after another.</summary>
internal sealed class DetachKey
{
    /// <summary>Ctrl+] is Ctrl+5 on keyboards that have no such key, and twice in a row it means nothing to any program.</summary>
    public const string Default = "Ctrl+],Ctrl+]";

    private DetachKey(DetachKeyStep[] steps) => Steps = steps;

    public IReadOnlyList<DetachKeyStep> Steps { get; }

    /// <summary>Reads keys such as <c>Ctrl+P,Ctrl+Q</c>, <c>^A,d</c> or <c>~,.</c>; <c>None</c> and nothing at all mean that there is no such key.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is none of these.</exception>
    public static DetachKey? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Trim().Equals("None", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return new DetachKey([.. text.Split(',').Select(part => Step(part.Trim(), text))]);
    }

    /// <summary>As a person reads it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (DetachKeyStep step in Steps)
        {
            text.Append(text.Length > 0 ? " " : string.Empty).Append(step);
        }

        return text.ToString();
    }

    private static DetachKeyStep Step(string text, string whole)
    {
        string? key = text.StartsWith("Ctrl+", StringComparison.OrdinalIgnoreCase) ? text["Ctrl+".Length..]
            : text.Length == 2 && text[0] == '^' ? text[1..]
            : null;
        if (key is null && text.Length == 1 && text[0] is > ' ' and < '\u007f')
        {
            return new DetachKeyStep(text[0], control: false);
        }

        // The keys that Ctrl turns into a byte of their own: @ A to Z [ \ ] ^ _
        if (key is { Length: 1 } && char.ToUpperInvariant(key[0]) is >= '@' and <= '_' and not '[')
        {
            return new DetachKeyStep(char.ToUpperInvariant(key[0]), control: true);
        }

        throw new E2BInvalidArgumentException(
            $"'{whole}' is no detach key. Give keys separated by commas, such as 'Ctrl+P,Ctrl+Q': Ctrl with a letter or one of @ \\ ] ^ _, or a single "
            + "character. 'None' means that there is no detach key.");
    }
}

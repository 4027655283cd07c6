namespace E2B.Templates.Dockerfiles;

/// <summary>
/// A text with its variables replaced. What this Dockerfile does not set, such as <c>$PATH</c> of the image, is known in the sandbox only: such parts stay
/// as they are, for the service to replace them.
/// </summary>
internal sealed class DockerfileValue
{
    private readonly List<(string Text, string? Missing)> _parts = [];

    public static DockerfileValue Empty { get; } = new();

    /// <summary>The first variable that is not known here; <see langword="null"/> when all are.</summary>
    public string? Missing => _parts.Find(static part => part.Missing is not null).Missing;

    public bool IsEmpty => _parts.Count == 0;

    /// <summary>The text, as the service takes it for a variable's value.</summary>
    public string Text => string.Concat(_parts.Select(static part => part.Text));

    /// <summary>Where the service would replace something that is meant as it is written: a dollar sign before a name. Nothing can be put before it.</summary>
    public bool HasLiteralVariable
    {
        get
        {
            string text = Text;
            int start = 0;
            foreach ((string part, string? missing) in _parts)
            {
                for (int at = start; missing is null && at < start + part.Length; at++)
                {
                    if (text[at] == '$' && at + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[at + 1]) || text[at + 1] is '_' or '{' or '[' or '@' or '*' or '#' or '?' or '$' or '!' or '-'))
                    {
                        return true;
                    }
                }

                start += part.Length;
            }

            return false;
        }
    }

    public static DockerfileValue Of(string text)
    {
        var value = new DockerfileValue();
        value.Append(text);
        return value;
    }

    public void Append(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add((text, null));
        }
    }

    public void AppendMissing(string text, string name) => _parts.Add((text, name));

    public void Append(DockerfileValue value) => _parts.AddRange(value._parts);
}

using E2B.Templates.Definition.Text;

namespace E2B.Templates.Dockerfiles.Mapping;

/// <summary>Makes lines for the service's shell of commands, which a Dockerfile has in two forms: a line, or words in brackets.</summary>
internal sealed class DockerfileShell
{
    private static readonly string[] _usual = ["/bin/sh", "-c"];

    /// <summary>What SHELL named last; empty where nothing did, and the service's own shell takes the line.</summary>
    public IReadOnlyList<string> Words { get; set; } = [];

    /// <summary>Words, each of which arrives as it is.</summary>
    public static string Exec(IEnumerable<string> words) => string.Join(' ', words.Select(ShellText.Quote));

    /// <summary>A line, by the shell that was named.</summary>
    public string Line(string command) =>
        Words is [] or ["/bin/bash" or "bash", "-c"] ? command : Exec(Words.Append(command));

    /// <summary>A line as words, as one is started by another command.</summary>
    public string LineAsWords(string command) => Exec((Words.Count == 0 ? _usual : Words).Append(command));

    /// <summary>A text that is put into a file, whatever is in it.</summary>
    /// <param name="file">The file, as the shell takes it.</param>
    /// <param name="content">The text, with a line end unless empty.</param>
    public static string Write(string file, string content)
    {
        string end = "E2B_EOF";
        while (content.Split('\n').Contains(end))
        {
            end += "_";
        }

        return $"cat > {file} <<'{end}'\n{content}{end}";
    }
}

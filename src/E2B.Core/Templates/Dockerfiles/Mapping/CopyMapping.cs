using System.Globalization;
using System.Text.RegularExpressions;
using E2B.Templates.Definition.Text;

namespace E2B.Templates.Dockerfiles.Mapping;

/// <summary>Makes steps of a COPY or ADD.</summary>
internal sealed partial class CopyMapping(DockerfileInstruction instruction, DockerfileScope scope, char escape)
{
    private bool _unpacks = instruction.Keyword == "ADD";
    private readonly TemplateCopyOptions _options = new();

    /// <exception cref="DockerfileException">It is wrong, or copies from where a template cannot.</exception>
    public Template AddTo(Template template)
    {
        (List<(string Name, string Value)> flags, string text) = DockerfileWords.Flags(instruction.Text, escape);
        foreach ((string name, string value) in flags)
        {
            Take(name, value);
        }

        List<string> words = [.. (DockerfileWords.Json(text) ?? DockerfileWords.Split(text, escape)).Select(Expand)];
        if (words.Count < 2 || words.Any(static word => word.Length == 0))
        {
            throw instruction.Error($"{instruction.Keyword} takes what to copy, and where to.");
        }

        string destination = ServiceText.Check(words[^1], "destination", instruction);
        if (words.Count > 2 && !destination.EndsWith('/') && destination is not ("." or ".."))
        {
            throw instruction.Error($"Several things are copied to '{destination}'. Write '{destination}/', so that it is a directory.");
        }

        foreach (string source in words.SkipLast(1))
        {
            template = instruction.Heredocs.FirstOrDefault(heredoc => heredoc.Word == source) is { } heredoc
                ? AddText(template, heredoc, destination)
                : template.Copy(Source(source), destination, _options, instruction.File, instruction.Line);
        }

        return template;
    }

    [GeneratedRegex(@"\.(?:tar|tar\.(?:gz|bz2|xz|zst|Z)|tgz|tbz2?|txz|tzst)$", RegexOptions.IgnoreCase)]
    private static partial Regex Archive();

    [GeneratedRegex(@"^(?:https?|git|ssh|ftp)://|^git@", RegexOptions.IgnoreCase)]
    private static partial Regex Remote();

    private string Expand(string word) => instruction.Heredocs.Any(heredoc => heredoc.Word == word)
        ? word
        : DockerfileExpander.Expand(word, instruction, scope.Find, escape, false).Text;

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "chown":
                _options.User = ServiceText.Check(Expand(value), "owner", instruction);
                break;
            case "chmod":
                _options.Mode = Mode(Expand(value));
                break;

            // Only how layers are stored differs, which nobody sees.
            case "link":
                break;
            case "unpack" when value.Equals("false", StringComparison.OrdinalIgnoreCase):
                _unpacks = false;
                break;
            case "from":
                throw instruction.Error($"A template cannot copy from another stage or image ('{value}'). Do here what makes the files, or COPY them from the context directory.");
            case "exclude":
                throw instruction.Error($"A template has no --exclude. Write '{value}' into .dockerignore.");
            case "parents":
                throw instruction.Error("A template has no --parents. Write a COPY for each directory, with its path as destination.");
            case "checksum" or "keep-git-dir" or "unpack":
                throw instruction.Error($"A template has no --{name}. Fetch and unpack with a RUN.");
            default:
                throw instruction.Error($"{instruction.Keyword} has no option --{name}.");
        }
    }

    private UnixFileMode Mode(string text)
    {
        bool isOctal = text.Length is > 0 and <= 5 && text.All(static digit => digit is >= '0' and <= '7');
        int mode = isOctal ? Convert.ToInt32(text, 8) : 0;
        return mode is > 0 and <= 0xFFF
            ? (UnixFileMode)mode
            : throw instruction.Error($"--chmod={text} cannot be. Write octal digits, such as 755.");
    }

    private string Source(string source)
    {
        if (Remote().IsMatch(source))
        {
            throw instruction.Error($"A template cannot add '{source}'. Fetch it with a RUN, by curl or git.");
        }

        if (_unpacks && Archive().IsMatch(source))
        {
            throw instruction.Error($"A template does not unpack '{source}'. COPY it, and unpack it with a RUN.");
        }

        // The context directory is the root for Docker.
        string relative = source.TrimStart('/');
        return relative.Length > 0 ? relative : ".";
    }

    /// <summary>A text as a file: there is nothing in the context to copy, so that a command writes it.</summary>
    private Template AddText(Template template, DockerfileHeredoc heredoc, string destination)
    {
        string content = heredoc.IsLiteral ? heredoc.Content : DockerfileExpander.ExpandText(heredoc.Content, instruction, scope.Find, escape).Text;
        string file = ShellText.Quote(destination.EndsWith('/') || destination is "." ? $"{destination.TrimEnd('/')}/{heredoc.Name}" : destination);
        string command = $"mkdir -p \"$(dirname {file})\" && {DockerfileShell.Write(file, content)}";
        command += _options.User is { } owner ? $"\nchown {ShellText.Quote(owner)} {file}" : string.Empty;
        command += _options.Mode is { } mode ? $"\nchmod {Convert.ToString((int)mode, 8).ToString(CultureInfo.InvariantCulture)} {file}" : string.Empty;
        return template.Run(command, "root", instruction.File, instruction.Line);
    }
}

using System.Globalization;
using E2B.Templates.Definition.Config;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>An <c>e2b.toml</c> file, in which the CLI described templates before definitions were programs.</summary>
public sealed class TemplateConfig
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "e2b.toml";

    private const string DefaultDockerfile = "e2b.Dockerfile";
    private const string FallbackDockerfile = "Dockerfile";
    private const int LeastMemory = 128;
    private static readonly TimeSpan _startTime = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, int> _lines;

    private TemplateConfig(string path, Dictionary<string, int> lines)
    {
        Path = path;
        _lines = lines;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The template's id; <see langword="null"/> where the file does not say it.</summary>
    public string? TemplateId { get; private init; }

    /// <summary>The template's name; <see langword="null"/> where the file does not say it.</summary>
    public string? TemplateName { get; private init; }

    /// <summary>The Dockerfile, relative to the file's directory; <see langword="null"/> where the file does not say it: e2b.Dockerfile then, or Dockerfile.</summary>
    public string? Dockerfile { get; private init; }

    /// <summary>What runs when a sandbox starts, as root; <see langword="null"/> for nothing.</summary>
    public string? StartCommand { get; private init; }

    /// <summary>What succeeds when that is ready; <see langword="null"/> where the file does not say it.</summary>
    public string? ReadyCommand { get; private init; }

    /// <summary>The processors of its sandboxes; <see langword="null"/> where the file does not say it.</summary>
    public int? CpuCount { get; private init; }

    /// <summary>The memory of its sandboxes in MiB; <see langword="null"/> where the file does not say it.</summary>
    public int? MemoryMB { get; private init; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no TOML, or says what cannot be; the error names the line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TemplateConfig Load(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Makes a definition of the file and its Dockerfile. Its context directory is the file's.</summary>
    /// <param name="registry">How the service signs in to the image's registry; <see langword="null"/> for a public image.</param>
    /// <param name="buildArguments">Values for the Dockerfile's ARGs, by name; <see langword="null"/> leaves their defaults.</param>
    /// <returns>
    /// The definition, with the file's name and sizes. The commands are run with sudo: when this file was in use they were run as root, and steps leave
    /// another user. A start command without a ready command is ready after 20 s.
    /// </returns>
    /// <exception cref="E2BInvalidArgumentException">There is no Dockerfile.</exception>
    /// <exception cref="DockerfileException">A line of the Dockerfile is wrong, or means what a template cannot have.</exception>
    /// <exception cref="IOException">The Dockerfile cannot be read.</exception>
    public Template ToTemplate(TemplateRegistry? registry = null, IReadOnlyDictionary<string, string>? buildArguments = null)
    {
        string directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        Template template = Template.FromDockerfile(FindDockerfile(directory), registry, buildArguments)
            .WithContext(directory)
            .WithDefaults(TemplateName ?? TemplateId, CpuCount, MemoryMB);
        if (StartCommand is not null)
        {
            return template.SetStart(
                AsRoot(StartCommand), ReadyCommand is null ? ReadyCheck.ForTimeout(_startTime) : ReadyCheck.ForCommand(ReadyCommand), Path, _lines["start_cmd"]);
        }

        return ReadyCommand is null ? template : template.SetReady(ReadyCheck.ForCommand(AsRoot(ReadyCommand)), Path, _lines["ready_cmd"]);
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file that it is from, for messages, and for its directory.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no TOML, or says what cannot be; the error names the line.</exception>
    internal static TemplateConfig Parse(string text, string path)
    {
        Dictionary<string, TomlValue> values = TomlReader.Read(text, path);
        return new TemplateConfig(path, values.ToDictionary(value => value.Key, value => value.Value.Line))
        {
            // The names before that are the CLI's older ones.
            TemplateId = Text(values, path, "template_id") ?? Text(values, path, "id"),
            TemplateName = Text(values, path, "template_name") ?? Text(values, path, "name"),
            Dockerfile = Text(values, path, "dockerfile"),
            StartCommand = Text(values, path, "start_cmd"),
            ReadyCommand = Text(values, path, "ready_cmd"),
            CpuCount = Number(values, path, "cpu_count", 1),
            MemoryMB = Number(values, path, "memory_mb", LeastMemory),
        };
    }

    // A shell of its own: in "sudo a && b" only the first command would be root's.
    private static string AsRoot(string command) => "sudo -E sh -c " + ShellText.Quote(command);

    private string FindDockerfile(string directory)
    {
        string[] names = Dockerfile is null ? [DefaultDockerfile, FallbackDockerfile] : [Dockerfile];
        return names.Select(name => System.IO.Path.GetFullPath(name, directory)).FirstOrDefault(File.Exists)
            ?? throw new E2BInvalidArgumentException($"There is no {string.Join(" or ", names)} in '{directory}', which '{System.IO.Path.GetFileName(Path)}' needs.");
    }

    private static string? Text(Dictionary<string, TomlValue> values, string path, string name)
    {
        if (!values.TryGetValue(name, out TomlValue value))
        {
            return null;
        }

        string text = value.Value as string ?? throw TomlReader.Error(path, value.Line, $"'{name}' is no text. Put it into quotes.");
        return text.Length > 0 ? text : null;
    }

    private static int? Number(Dictionary<string, TomlValue> values, string path, string name, int least)
    {
        if (!values.TryGetValue(name, out TomlValue value))
        {
            return null;
        }

        return value.Value is long number && number >= least && number <= int.MaxValue
            ? (int)number
            : throw TomlReader.Error(path, value.Line, string.Create(CultureInfo.InvariantCulture, $"'{name}' is a whole number, {least} at least."));
    }
}

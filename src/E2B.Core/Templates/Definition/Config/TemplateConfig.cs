using System.Globalization;
using E2B.Templates.Definition.Config;

namespace E2B;

/// <summary>An <c>e2b.toml</c> file, in which the CLI described templates before definitions were programs.</summary>
public sealed class TemplateConfig
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "e2b.toml";

    private const string DefaultDockerfile = "e2b.Dockerfile";
    private const int LeastMemory = 128;

    private TemplateConfig(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The template's id; <see langword="null"/> where the file does not say it.</summary>
    public string? TemplateId { get; private init; }

    /// <summary>The template's name; <see langword="null"/> where the file does not say it.</summary>
    public string? TemplateName { get; private init; }

    /// <summary>The Dockerfile, relative to the file's directory; <c>e2b.Dockerfile</c> where the file does not say it.</summary>
    public string Dockerfile { get; private init; } = DefaultDockerfile;

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

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file that it is from, for messages, and for its directory.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no TOML, or says what cannot be; the error names the line.</exception>
    internal static TemplateConfig Parse(string text, string path)
    {
        Dictionary<string, TomlValue> values = TomlReader.Read(text, path);
        return new TemplateConfig(path)
        {
            // The names before that are the CLI's older ones.
            TemplateId = Text(values, path, "template_id") ?? Text(values, path, "id"),
            TemplateName = Text(values, path, "template_name") ?? Text(values, path, "name"),
            Dockerfile = Text(values, path, "dockerfile") ?? DefaultDockerfile,
            StartCommand = Text(values, path, "start_cmd"),
            ReadyCommand = Text(values, path, "ready_cmd"),
            CpuCount = Number(values, path, "cpu_count", 1),
            MemoryMB = Number(values, path, "memory_mb", LeastMemory),
        };
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

using System.Collections.Immutable;

namespace E2B;

/// <summary>Something that code showed, or the value of its last line, in all the representations that it has.</summary>
public sealed class CodeResult
{
    /// <summary>The sandbox that it comes from.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Whether it is the value of the code's last line, and not something that the code showed on its way.</summary>
    public bool IsMainResult { get; init; }

    /// <summary>As text; <see langword="null"/>, as any other representation, where it has none.</summary>
    public string? Text { get; init; }

    /// <summary>As HTML.</summary>
    public string? Html { get; init; }

    /// <summary>As Markdown.</summary>
    public string? Markdown { get; init; }

    /// <summary>As an SVG picture.</summary>
    public string? Svg { get; init; }

    /// <summary>As a PNG picture.</summary>
    public byte[]? Png { get; init; }

    /// <summary>As a JPEG picture.</summary>
    public byte[]? Jpeg { get; init; }

    /// <summary>As a PDF document.</summary>
    public byte[]? Pdf { get; init; }

    /// <summary>As LaTeX.</summary>
    public string? Latex { get; init; }

    /// <summary>As JSON, in its text form.</summary>
    public string? Json { get; init; }

    /// <summary>As JavaScript.</summary>
    public string? JavaScript { get; init; }

    /// <summary>The content of a data frame.</summary>
    public CodeTable? Data { get; init; }

    /// <summary>What a picture of a chart shows.</summary>
    public Chart? Chart { get; init; }

    /// <summary>Other representations by their name, a MIME type as a rule: text, numbers, lists and dictionaries.</summary>
    public IReadOnlyDictionary<string, object?> Extra { get; init; } = ImmutableDictionary<string, object?>.Empty;

    /// <summary>The names of the representations that it has, those of the wire.</summary>
    public IReadOnlyList<string> Formats =>
    (string[])[
        .. new (string Name, object? Value)[]
        {
            ("text", Text), ("html", Html), ("markdown", Markdown), ("svg", Svg), ("png", Png), ("jpeg", Jpeg), ("pdf", Pdf),
            ("latex", Latex), ("json", Json), ("javascript", JavaScript), ("data", Data), ("chart", Chart),
        }.Where(static format => format.Value is not null).Select(static format => format.Name),
        .. Extra.Keys,
    ];

    /// <summary>The text, or the names of the representations where there is none.</summary>
    public override string ToString() => Text ?? $"({string.Join(", ", Formats)})";
}

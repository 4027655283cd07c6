using System.Globalization;

namespace E2B;

/// <summary>Where a part of a template's definition was written: a line of a program, a script or a Dockerfile.</summary>
/// <param name="File">The file, as a path where one is known.</param>
/// <param name="Line">The line, from 1.</param>
public sealed record TemplateOrigin(string File, int Line)
{
    /// <summary>The origin, or <see langword="null"/> where the file is not known, as for what was typed at a prompt.</summary>
    internal static TemplateOrigin? From(string? file, int line) => string.IsNullOrEmpty(file) || line < 1 ? null : new TemplateOrigin(file, line);

    /// <summary><c>file:line</c>, as compilers write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}");
}

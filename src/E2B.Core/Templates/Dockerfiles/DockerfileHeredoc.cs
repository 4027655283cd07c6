namespace E2B.Templates.Dockerfiles;

/// <summary>A text behind an instruction, as in <c>RUN &lt;&lt;EOF</c>.</summary>
/// <param name="Name">What ends it.</param>
/// <param name="Word">How it stands in the instruction.</param>
/// <param name="Content">The text, tabs at the starts of lines removed where <c>&lt;&lt;-</c> says so; with a line end unless empty.</param>
/// <param name="IsLiteral">Whether the name was quoted: no variables then.</param>
internal sealed record DockerfileHeredoc(string Name, string Word, string Content, bool IsLiteral);

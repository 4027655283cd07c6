namespace E2B.Templates.Dockerfiles;

/// <summary>An instruction, its continued lines put together.</summary>
/// <param name="File">The Dockerfile's name.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Keyword">What it is, in capitals.</param>
/// <param name="Text">What is behind that, without spaces around.</param>
/// <param name="Heredocs">The texts that follow it.</param>
internal sealed record DockerfileInstruction(string File, int Line, string Keyword, string Text, IReadOnlyList<DockerfileHeredoc> Heredocs)
{
    /// <summary>The error that something is wrong with it.</summary>
    public DockerfileException Error(string message, Exception? cause = null) => new(File, Line, message, cause);
}

/// <summary>A text behind an instruction, as in <c>RUN &lt;&lt;EOF</c>.</summary>
/// <param name="Name">What ends it.</param>
/// <param name="Word">How it stands in the instruction.</param>
/// <param name="Content">The text, tabs at the starts of lines removed where <c>&lt;&lt;-</c> says so; with a line end unless empty.</param>
/// <param name="IsLiteral">Whether the name was quoted: no variables then.</param>
internal sealed record DockerfileHeredoc(string Name, string Word, string Content, bool IsLiteral);

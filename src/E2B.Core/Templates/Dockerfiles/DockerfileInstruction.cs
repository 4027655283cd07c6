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

using System.Globalization;

namespace E2B;

/// <summary>A line of a Dockerfile is wrong, or means what a template cannot have.</summary>
public sealed class DockerfileException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The Dockerfile, as a path where one is known.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="message">What is wrong with it and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public DockerfileException(string file, int line, string message, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {message}"), innerException)
    {
        File = file;
        Line = line;
    }

    /// <summary>The Dockerfile, as a path where one is known.</summary>
    public string File { get; }

    /// <summary>The line, from 1: that on which the instruction begins.</summary>
    public int Line { get; }
}

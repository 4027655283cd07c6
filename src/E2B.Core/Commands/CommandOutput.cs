using System.Diagnostics.CodeAnalysis;

namespace E2B;

/// <summary>Where output came from.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "It names one of a command's streams, and is none itself.")]
public enum CommandStream
{
    /// <summary>Standard output.</summary>
    StdOut,

    /// <summary>Standard error.</summary>
    StdErr,

    /// <summary>A terminal, where both are one.</summary>
    Pty,

    /// <summary>
    /// No output: the connection broke here and was made again, and output in between may be missing, of any stream.
    /// A line that was not complete before has to be taken as lost: see <see cref="Utf8LineDecoder.Gap"/>.
    /// </summary>
    Gap,
}

/// <summary>A piece of output as it arrived: any number of bytes, cut anywhere, even within a character.</summary>
/// <param name="Stream">Where it came from.</param>
/// <param name="Data">The bytes. They are the receiver's to keep.</param>
public readonly record struct CommandOutput(CommandStream Stream, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether this is no output but the place where some may be missing.</summary>
    public bool IsGap => Stream == CommandStream.Gap;
}

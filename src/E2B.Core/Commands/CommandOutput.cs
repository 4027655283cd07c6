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
}

/// <summary>A piece of output as it arrived: any number of bytes, cut anywhere, even within a character.</summary>
/// <param name="Stream">Where it came from.</param>
/// <param name="Data">The bytes. They are the receiver's to keep.</param>
public readonly record struct CommandOutput(CommandStream Stream, ReadOnlyMemory<byte> Data);

namespace E2B;

/// <summary>Something that running code brought.</summary>
public abstract class CodeEvent
{
    private protected CodeEvent()
    {
    }
}

/// <summary>Text that the code wrote to stdout or stderr: a piece of any length, not always whole lines.</summary>
/// <param name="text">The text.</param>
/// <param name="stream">Where it was written.</param>
/// <param name="timestamp">When.</param>
public sealed class CodeOutputEvent(string text, CommandStream stream, DateTimeOffset? timestamp) : CodeEvent
{
    /// <summary>The text.</summary>
    public string Text { get; } = text;

    /// <summary>Where it was written: <see cref="CommandStream.StdOut"/> or <see cref="CommandStream.StdErr"/>.</summary>
    public CommandStream Stream { get; } = stream;

    /// <summary>When it was written, by the sandbox's clock; <see langword="null"/> where that was not told.</summary>
    public DateTimeOffset? Timestamp { get; } = timestamp;
}

/// <summary>Something that the code showed, or the value of its last line.</summary>
/// <param name="result">The result.</param>
public sealed class CodeResultEvent(CodeResult result) : CodeEvent
{
    /// <summary>The result.</summary>
    public CodeResult Result { get; } = result;
}

/// <summary>The code failed.</summary>
/// <param name="error">How.</param>
public sealed class CodeErrorEvent(CodeError error) : CodeEvent
{
    /// <summary>How.</summary>
    public CodeError Error { get; } = error;
}

/// <summary>The code has begun, as the so-manieth of its context.</summary>
/// <param name="executionCount">The number.</param>
public sealed class CodeCountEvent(int executionCount) : CodeEvent
{
    /// <summary>The number, counted from 1.</summary>
    public int ExecutionCount { get; } = executionCount;
}

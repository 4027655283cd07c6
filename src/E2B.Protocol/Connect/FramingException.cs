namespace E2B.Protocol.Connect;

/// <summary>Bytes that are no valid Connect stream. The connection they came from cannot be used any further.</summary>
public sealed class FramingException : Exception
{
    /// <summary>Makes the exception.</summary>
    public FramingException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public FramingException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

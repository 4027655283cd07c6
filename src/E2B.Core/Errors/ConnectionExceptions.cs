namespace E2B;

/// <summary>The server could not be reached, or the connection to it broke.</summary>
public sealed class E2BUnreachableException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BUnreachableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The server answered with something that is not E2B's protocol, or broke off in the middle of it.</summary>
public sealed class E2BProtocolException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>Which limit of time passed.</summary>
public enum E2BTimeoutKind
{
    /// <summary>The network's: no answer within the request timeout.</summary>
    Request,

    /// <summary>The command's: it ran longer than it was allowed to and was killed.</summary>
    Command,

    /// <summary>The sandbox's: it ended, most likely at the end of its lifetime.</summary>
    SandboxEnded,

    /// <summary>The sandbox's: it was paused, with what ran in it.</summary>
    SandboxPaused,

    /// <summary>A watch's: the directory was watched for as long as it was to be.</summary>
    Watch,

    /// <summary>A wait's: what was waited for had not come by then.</summary>
    Wait,

    /// <summary>The code's: it ran longer than it was allowed to and was interrupted.</summary>
    Code,
}

/// <summary>A limit of time passed; <see cref="Kind"/> says which.</summary>
public sealed class E2BTimeoutException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="kind">Which limit passed.</param>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BTimeoutException(E2BTimeoutKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>Which limit passed.</summary>
    public E2BTimeoutKind Kind { get; }

    /// <summary>The limit; <see langword="null"/> when it is not known here, as with a sandbox's lifetime.</summary>
    public TimeSpan? Limit { get; init; }
}

namespace E2B;

/// <summary>No key, a wrong or malformed key, a wrong access token, or an unknown user of the sandbox.</summary>
public sealed class E2BAuthenticationException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BAuthenticationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>Too many requests, or too many sandboxes at once.</summary>
public sealed class E2BRateLimitException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BRateLimitException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>How long the service asked to wait; <see langword="null"/> when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The request does not fit the state that the thing is in: it is there already, or something else is under way.</summary>
public sealed class E2BConflictException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BConflictException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The sandbox's disk is full.</summary>
public sealed class NotEnoughSpaceException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public NotEnoughSpaceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>An argument or option that cannot be; found here, or refused by the service.</summary>
public sealed class E2BInvalidArgumentException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BInvalidArgumentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The sandbox's template is too old for what was asked: it has to be built again.</summary>
public sealed class E2BTemplateException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BTemplateException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

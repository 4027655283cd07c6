namespace E2B;

/// <summary>The MCP servers of a new sandbox could not be started; the sandbox was ended again.</summary>
public sealed class E2BMcpException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BMcpException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

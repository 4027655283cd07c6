namespace E2B;

/// <summary>The thing asked for is not there.</summary>
public class E2BNotFoundException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There is no such sandbox, or no longer: it was killed, or its lifetime ended.</summary>
public sealed class SandboxNotFoundException : E2BNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public SandboxNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There is no such file or directory in the sandbox.</summary>
public sealed class SandboxFileNotFoundException : E2BNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public SandboxFileNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The path in the sandbox that was asked for.</summary>
    public string? Path { get; init; }
}

/// <summary>No process in the sandbox has this id or tag.</summary>
public sealed class SandboxProcessNotFoundException : E2BNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public SandboxProcessNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There is no such Linux user in the sandbox.</summary>
public sealed class SandboxUserNotFoundException : E2BNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public SandboxUserNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There is no such template, or it has no such tag.</summary>
public sealed class TemplateNotFoundException : E2BNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public TemplateNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The name or id that was asked for.</summary>
    public string? Template { get; init; }
}

/// <summary>The template has no such build.</summary>
public sealed class TemplateBuildNotFoundException : E2BNotFoundException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public TemplateBuildNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The build's id that was asked for.</summary>
    public string? BuildId { get; init; }
}

namespace E2B;

/// <summary>Something that E2B, the sandbox or the way there refused or could not do. The base of all errors of this library.</summary>
/// <remarks>
/// The message says what happened and what to do next; it never holds a key or token. The cause, where there is
/// one, is in <see cref="Exception.InnerException"/>. A call that its caller gave up throws
/// <see cref="OperationCanceledException"/> instead.
/// </remarks>
public class E2BException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened and what to do next.</param>
    public E2BException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public E2BException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The sandbox that the call was about; <see langword="null"/> when about none.</summary>
    public string? SandboxId
    {
        get => Facts.SandboxId;
        init => Facts = Facts with { SandboxId = value };
    }

    /// <summary>The HTTP status of the answer; <see langword="null"/> when there was no answer, or the error came inside a stream.</summary>
    public int? StatusCode
    {
        get => Facts.StatusCode;
        init => Facts = Facts with { StatusCode = value };
    }

    /// <summary>The service's id of the request, to be named when asking for support; <see langword="null"/> when it gave none.</summary>
    public string? RequestId
    {
        get => Facts.RequestId;
        init => Facts = Facts with { RequestId = value };
    }

    internal ErrorFacts Facts { get; set; }
}

/// <summary>What is known about a failed call beside the error itself.</summary>
internal readonly record struct ErrorFacts(string? SandboxId, int? StatusCode, string? RequestId, InputRefusal Refusal = InputRefusal.None);

/// <summary>Why the daemon refused to do something with a process's input.</summary>
internal enum InputRefusal
{
    /// <summary>It did not, or for another reason.</summary>
    None,

    /// <summary>The process has no stdin, or no longer.</summary>
    NoInput,

    /// <summary>The process has a terminal, and that takes input in its own way.</summary>
    IsTerminal,

    /// <summary>The process has no terminal.</summary>
    NoTerminal,

    /// <summary>Nobody reads the process's stdin any more.</summary>
    NotRead,
}

using System.Globalization;

namespace E2B;

/// <summary>No code interpreter runs in the sandbox: its template has none, or it has ended.</summary>
public sealed class CodeInterpreterNotFoundException : E2BNotFoundException
{
    internal CodeInterpreterNotFoundException(string message)
        : base(message)
    {
    }
}

/// <summary>The code interpreter has no such context, or no longer.</summary>
public sealed class CodeContextNotFoundException : E2BNotFoundException
{
    internal CodeContextNotFoundException(string message)
        : base(message)
    {
    }
}

/// <summary>Code failed. Thrown by <see cref="CodeExecution.EnsureSuccess"/> alone.</summary>
public sealed class CodeExecutionException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">How the code failed.</param>
    /// <param name="sandboxId">Where it ran.</param>
    public CodeExecutionException(CodeError error, string sandboxId)
        : base(Describe(error))
    {
        Error = error;
        SandboxId = sandboxId;
    }

    /// <summary>How the code failed: name, value and traceback.</summary>
    public CodeError Error { get; }

    private static string Describe(CodeError error)
    {
        ArgumentNullException.ThrowIfNull(error);

        // The kernel of bash gives an error no name, and as its words the exit code alone.
        return error.Name.Length == 0 && int.TryParse(error.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            ? string.Create(CultureInfo.InvariantCulture, $"The code ended with exit code {code}.")
            : error.ToString();
    }
}

namespace E2B;

/// <summary>All that one run of code brought.</summary>
public sealed class CodeExecution
{
    /// <summary>The sandbox in which it ran.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The text of the main result, which is the value of the code's last line; <see langword="null"/> when there was none.</summary>
    public string? Text => Results.FirstOrDefault(static result => result.IsMainResult)?.Text;

    /// <summary>What the code showed, and the value of its last line, in the order in which they came.</summary>
    public IReadOnlyList<CodeResult> Results { get; init; } = [];

    /// <summary>What it wrote to stdout.</summary>
    public string StandardOutput { get; init; } = string.Empty;

    /// <summary>What it wrote to stderr.</summary>
    public string StandardError { get; init; } = string.Empty;

    /// <summary>How it failed; <see langword="null"/> when it did not. What is no failure of the code, such as its time limit, has the name of the exception.</summary>
    public CodeError? Error { get; init; }

    /// <summary>The how-manieth code of its context it was, counted from 1; <see langword="null"/> where that was not told.</summary>
    public int? ExecutionCount { get; init; }

    /// <summary>From the request to its end, seen from here.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether it did not fail.</summary>
    public bool Succeeded => Error is null;

    /// <summary>Throws if the code failed.</summary>
    /// <returns>This execution.</returns>
    /// <exception cref="CodeExecutionException">It did.</exception>
    public CodeExecution EnsureSuccess() => Error is { } error ? throw new CodeExecutionException(error, SandboxId) : this;
}

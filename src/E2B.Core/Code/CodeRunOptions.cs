namespace E2B;

/// <summary>Where and how to run code.</summary>
public sealed class CodeRunOptions
{
    /// <summary>
    /// The language, whose own context is meant: <c>python</c>, <c>javascript</c>, <c>typescript</c>, <c>r</c>, <c>java</c>,
    /// <c>bash</c>, or what else the code interpreter knows. Python without it. Not together with <see cref="ContextId"/>.
    /// </summary>
    public string? Language { get; set; }

    /// <summary>The context to run in. The language's own one without it.</summary>
    public string? ContextId { get; set; }

    /// <summary>Environment variables for this run alone.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; set; }

    /// <summary>
    /// How long the code may run, waiting for the context's earlier code included; it is interrupted then, and its
    /// context keeps its state. <see langword="null"/> means 300 s, zero no limit.
    /// </summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>How long to wait for the beginning of the answer; <see langword="null"/> means the connection's limit, zero none.</summary>
    public TimeSpan? RequestTimeout { get; set; }
}

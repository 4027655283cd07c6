using System.Collections.Specialized;

namespace E2B.PowerShell;

/// <summary>What came of a tool's call, ready to go back to the model.</summary>
public sealed class E2BToolResult
{
    internal E2BToolResult(string name, string content) => (Name, Content) = (name, content);

    /// <summary>The tool's name, as the model wrote it.</summary>
    public string Name { get; }

    /// <summary>The call's own id, where it had one.</summary>
    public string? CallId { get; internal init; }

    /// <summary>Whether it failed, or was not done at all.</summary>
    public bool IsError => ErrorId is not null;

    /// <summary>The id of the first error.</summary>
    public string? ErrorId { get; internal init; }

    /// <summary>What came of it, as JSON.</summary>
    public string Content { get; }

    /// <summary>Whether Content does not have all of it.</summary>
    public bool IsTruncated { get; internal init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>The objects that Content has as JSON, for the host: results of code with their pictures, entries, processes.</summary>
    public IReadOnlyList<object> Output { get; internal init; } = [];

    /// <summary>Content in the form in which the call came, to be added to the conversation as it is.</summary>
    public OrderedDictionary Message { get; internal init; } = [];

    /// <summary>The content.</summary>
    public override string ToString() => Content;
}

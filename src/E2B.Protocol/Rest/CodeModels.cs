using System.Text.Json.Serialization;

namespace E2B.Protocol.Rest;

/// <summary>The body of the code interpreter's <c>POST /execute</c>.</summary>
/// <param name="Code">The code.</param>
/// <param name="ContextId">The context to run it in; not together with a language.</param>
/// <param name="Language">The language, whose own context is meant.</param>
/// <param name="EnvVars">Environment variables for this run.</param>
public sealed record ExecuteRequest(
    string Code,
    [property: JsonPropertyName("context_id")] string? ContextId = null,
    string? Language = null,
    [property: JsonPropertyName("env_vars")] IReadOnlyDictionary<string, string>? EnvVars = null);

/// <summary>The body of the code interpreter's <c>POST /contexts</c>.</summary>
/// <param name="Language">The language.</param>
/// <param name="Cwd">The working directory.</param>
public sealed record NewCodeContextRequest(string? Language = null, string? Cwd = null);

/// <summary>A context of the code interpreter.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Language">Its language.</param>
/// <param name="Cwd">Its working directory.</param>
public sealed record CodeContextModel(string Id, string? Language = null, string? Cwd = null);

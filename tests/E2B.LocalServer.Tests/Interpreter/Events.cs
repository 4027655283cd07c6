using System.Text.Json.Nodes;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>What tests want to know of a run's events.</summary>
internal static class Events
{
    public static IEnumerable<string> Types(this IEnumerable<JsonObject> events) => events.Select(one => (string)one["type"]!);

    /// <summary>All that was written to a stream.</summary>
    public static string Output(this IEnumerable<JsonObject> events, string stream = "stdout") =>
        string.Concat(events.Where(one => (string)one["type"]! == stream).Select(one => (string)one["text"]!));

    /// <summary>The value of the code, as text.</summary>
    public static string? Value(this IEnumerable<JsonObject> events) => (string?)events.MainResult()?["text"];

    public static JsonObject? MainResult(this IEnumerable<JsonObject> events) =>
        events.SingleOrDefault(one => (string)one["type"]! == "result" && (bool)one["is_main_result"]!);

    /// <summary>The error's name and value.</summary>
    public static (string Name, string Value)? Error(this IEnumerable<JsonObject> events) =>
        events.SingleOrDefault(one => (string)one["type"]! == "error") is { } error ? ((string)error["name"]!, (string)error["value"]!) : null;
}

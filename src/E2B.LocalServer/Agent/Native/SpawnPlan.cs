namespace E2B.LocalServer.Agent.Native;

/// <summary>A program to start: what, as whom, where, and with which ends of which pipes.</summary>
internal sealed record SpawnPlan
{
    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Each <c>NAME=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    public required string Directory { get; init; }

    public required uint User { get; init; }

    public required uint Group { get; init; }

    public required uint[] Groups { get; init; }

    /// <summary>-1 for <c>/dev/null</c>.</summary>
    public int StandardInput { get; init; } = -1;

    public int StandardOutput { get; init; } = -1;

    public int StandardError { get; init; } = -1;

    /// <summary>The terminal that takes the place of all three.</summary>
    public string? TerminalPath { get; init; }
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace E2B.LocalServer.Agent;

/// <summary>
/// What the agent reports of the sandbox, for its log: a flat JSON object a line, on stdout, where the server reads
/// it. Nothing is said of environment variables, input and output: they may be secrets.
/// </summary>
internal sealed class AgentLog
{
    private static readonly byte[] _lineEnd = "\n"u8.ToArray();
    private readonly Stream? _output;

    private AgentLog(Stream? output) => _output = output;

    /// <summary>Says nothing to anybody.</summary>
    public static AgentLog None { get; } = new(null);

    /// <summary>Says it on stdout.</summary>
    public static AgentLog OnStdout() => new(Console.OpenStandardOutput());

    /// <summary>A process has started.</summary>
    public void ProcessStarted(int pid, string command, string user, string? directory) => Write(
        string.Create(CultureInfo.InvariantCulture, $"Process with pid {pid} started"),
        ("event_type", "process_start"), ("pid", pid), ("command", command), ("user", user), ("cwd", directory));

    /// <summary>A process has ended, and its output with it.</summary>
    public void ProcessEnded(int pid, int exitCode, string status) => Write(
        string.Create(CultureInfo.InvariantCulture, $"Process with pid {pid} ended"),
        ("event_type", "process_end"), ("pid", pid), ("exit_code", exitCode), ("status", status));

    private void Write(string message, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        if (_output is null)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("level", "info");
            json.WriteString("message", message);
            foreach ((string name, object? value) in fields)
            {
                if (value is int number)
                {
                    json.WriteNumber(name, number);
                }
                else if (value is string text)
                {
                    json.WriteString(name, text);
                }
            }

            json.WriteEndObject();
        }

        buffer.Write(_lineEnd);
        try
        {
            // One write for a line, so that lines of several threads do not mix.
            _output.Write(buffer.WrittenSpan);
        }
        catch (IOException)
        {
            // The server is gone, and the sandbox with it in a moment.
        }
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;

namespace E2B.LocalServer.ControlPlane;

/// <summary>How much a log entry matters.</summary>
internal enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>One entry of a sandbox's log.</summary>
/// <param name="Time">When, to the microsecond; of two entries of a sandbox the later one has the later time.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Message">What happened.</param>
/// <param name="Fields">Particulars.</param>
internal sealed record LogRecord(DateTimeOffset Time, LogLevel Level, string Message, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The level as the API names it.</summary>
    public string LevelName => Level.ToString().ToLowerInvariant();

    /// <summary>Roughly what it takes in memory.</summary>
    public int Size => 64 + Message.Length + Fields.Sum(one => one.Key.Length + one.Value.Length + 16);

    /// <summary>The entry as one line of JSON, for the API's first version.</summary>
    public string ToLine()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", Time.UtcDateTime);
            json.WriteString("level", LevelName);
            json.WriteString("message", Message);
            foreach ((string key, string value) in Fields)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

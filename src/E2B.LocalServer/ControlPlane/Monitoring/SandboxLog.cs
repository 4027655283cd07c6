using System.Text.Json;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// What happened to a sandbox and in it: what the server did with it, and what its agent reports. The newest entries
/// are kept, 5000 of them or 1 MiB, whichever is reached first.
/// </summary>
internal sealed class SandboxLog(TimeProvider clock)
{
    private const int MostRecords = 5000;
    private const int MostBytes = 1024 * 1024;
    private readonly Queue<LogRecord> _records = new();
    private Action<LogRecord, bool>? _follower;
    private DateTimeOffset _last;
    private int _bytes;

    /// <summary>Gives each entry to come to a follower, and whether it is the agent's; it must not throw.</summary>
    public void Follow(Action<LogRecord, bool> follower) => _follower = follower;

    public void Write(LogLevel level, string message, params IReadOnlyList<KeyValuePair<string, string>> fields) => Write(level, message, fields, isAgents: false);

    private void Write(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields, bool isAgents)
    {
        LogRecord record;
        lock (_records)
        {
            DateTimeOffset now = Times.ToMicrosecond(clock.GetUtcNow());
            _last = now > _last ? now : _last.AddTicks(TimeSpan.TicksPerMicrosecond);
            record = new LogRecord(_last, level, message, fields);
            _records.Enqueue(record);
            _bytes += record.Size;
            while (_records.Count > MostRecords || _bytes > MostBytes)
            {
                _bytes -= _records.Dequeue().Size;
            }
        }

        _follower?.Invoke(record, isAgents);
    }

    public void Debug(string message, params IReadOnlyList<KeyValuePair<string, string>> fields) => Write(LogLevel.Debug, message, fields);

    public void Info(string message, params IReadOnlyList<KeyValuePair<string, string>> fields) => Write(LogLevel.Info, message, fields);

    public void Warn(string message, params IReadOnlyList<KeyValuePair<string, string>> fields) => Write(LogLevel.Warn, message, fields);

    /// <summary>
    /// Takes a line that the agent wrote: a flat JSON object as AgentLog writes it, or plain text, which is what the
    /// runtime says when something went wrong.
    /// </summary>
    public void WriteAgentLine(string line)
    {
        if (line.Length == 0)
        {
            return;
        }

        try
        {
            if (line[0] == '{')
            {
                WriteJson(line);
                return;
            }
        }
        catch (JsonException)
        {
            // Text that begins like JSON.
        }

        Write(LogLevel.Info, line, [], isAgents: true);
    }

    /// <summary>A part of the log.</summary>
    /// <param name="from">The earliest time, itself included.</param>
    /// <param name="to">The latest time, itself included.</param>
    /// <param name="newestFirst">The order, which also decides what is left out when there are too many.</param>
    /// <param name="least">The lowest level.</param>
    /// <param name="search">What the message contains; case counts.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<LogRecord> Read(DateTimeOffset from, DateTimeOffset to, bool newestFirst, LogLevel least, string? search, int limit)
    {
        LogRecord[] all;
        lock (_records)
        {
            all = [.. _records];
        }

        IEnumerable<LogRecord> ordered = newestFirst ? Enumerable.Reverse(all) : all;
        return
        [
            .. ordered
                .Where(one => one.Time >= from && one.Time <= to && one.Level >= least
                    && (search is null || one.Message.Contains(search, StringComparison.Ordinal)))
                .Take(limit),
        ];
    }

    private void WriteJson(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        string message = string.Empty;
        LogLevel level = LogLevel.Info;
        var fields = new List<KeyValuePair<string, string>>();
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            string? value = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => null, // as the cloud does with what is not flat
            };
            switch (member.Name)
            {
                case "message":
                    message = value ?? string.Empty;
                    break;
                case "level":
                    level = Enum.TryParse(value, ignoreCase: true, out LogLevel named) && Enum.IsDefined(named) ? named : LogLevel.Info;
                    break;
                default:
                    if (value is not null)
                    {
                        fields.Add(new(member.Name, value));
                    }

                    break;
            }
        }

        Write(level, message, fields, isAgents: true);
    }
}

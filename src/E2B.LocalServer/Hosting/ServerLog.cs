using System.Globalization;
using System.Text;
using E2B.LocalServer.ControlPlane;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace E2B.LocalServer.Hosting;

/// <summary>
/// What the server says of itself: a line for each event, of <c>name=value</c> pairs. To stderr and, in the data
/// directory, to a file that others can look at; stdout belongs to the three lines that say where the server is.
/// </summary>
internal sealed class ServerLog : ILogger, IDisposable
{
    public const string FileName = Protocol.LocalServerState.LogFileName;

    /// <summary>Bytes after which a file is put aside, and the one before it deleted.</summary>
    private const long LargestFile = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly TextWriter _errors;
    private readonly string? _path;
    private readonly LogLevel _errorsLevel;
    private readonly LogLevel _fileLevel;
    private StreamWriter? _file;

    /// <param name="errors">Stderr.</param>
    /// <param name="directory">Where the file is; none without.</param>
    /// <param name="level">What is said at least; where nobody chose, warnings to stderr and what happens to sandboxes to the file.</param>
    public ServerLog(TextWriter errors, string? directory = null, LogLevel? level = null)
    {
        (_errors, _errorsLevel, _fileLevel) = (errors, level ?? LogLevel.Warning, level ?? LogLevel.Information);
        if (directory is not null)
        {
            _path = Path.Combine(directory, FileName);
            OpenFile();
        }
    }

    /// <summary>The levels by their names on the command line and in the log.</summary>
    public static IReadOnlyDictionary<string, LogLevel> Levels { get; } = new Dictionary<string, LogLevel>
    {
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["none"] = LogLevel.None,
    };

    public void Info(string message) => Write(LogLevel.Information, message, null);

    public void Warn(string message) => Write(LogLevel.Warning, message, null);

    /// <summary>Writes a line.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="message">What happened.</param>
    /// <param name="sandboxId">To which sandbox.</param>
    /// <param name="fields">Particulars; their names are words.</param>
    public void Write(LogLevel level, string message, string? sandboxId, params IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        bool toErrors = level >= _errorsLevel, toFile = _path is not null && level >= _fileLevel;
        if (!toErrors && !toFile)
        {
            return;
        }

        string line = Line(level, message, sandboxId, fields);
        lock (_lock)
        {
            if (toErrors)
            {
                _errors.WriteLine(line);
            }

            if (toFile && _file is not null)
            {
                try
                {
                    _file.WriteLine(line);
                    if (_file.BaseStream.Length > LargestFile)
                    {
                        OpenFile();
                    }
                }
                catch (IOException)
                {
                    // A full disk is no reason to end.
                }
            }
        }
    }

    /// <summary>
    /// Writes what the server does with a sandbox. What its agent reports, the command lines of processes among it, is
    /// for those who look for faults.
    /// </summary>
    public void Follow(Sandbox sandbox) => sandbox.Log.Follow((record, isAgents) => Write(
        isAgents ? LogLevel.Debug : record.Level switch
        {
            ControlPlane.LogLevel.Debug => LogLevel.Debug,
            ControlPlane.LogLevel.Info => LogLevel.Information,
            ControlPlane.LogLevel.Warn => LogLevel.Warning,
            _ => LogLevel.Error,
        },
        record.Message,
        sandbox.Id,
        record.Fields));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (_path is null || _errorsLevel < _fileLevel ? _errorsLevel : _fileLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Write(logLevel, formatter(state, exception) + (exception is null ? string.Empty : ": " + exception.Message), null);

    public void Dispose() => _file?.Dispose();

    private static string Line(LogLevel level, string message, string? sandboxId, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var line = new StringBuilder("time=").Append(DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Append(line, "level", Levels.First(one => one.Value == level).Key);
        if (sandboxId is not null)
        {
            Append(line, "sandbox", sandboxId);
        }

        Append(line, "msg", message);
        foreach ((string name, string value) in fields)
        {
            Append(line, name, value);
        }

        return line.ToString();
    }

    /// <summary>Quotes what is no plain word: nothing that a sandbox says can look like another pair or another line.</summary>
    private static void Append(StringBuilder line, string name, string value)
    {
        line.Append(' ').Append(name).Append('=');
        if (value.Length > 0 && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/'))
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' or '\\' => line.Append('\\').Append(c),
                '\n' => line.Append("\\n"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' => line.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => line.Append(c),
            };
        }

        line.Append('"');
    }

    private void OpenFile()
    {
        _file?.Dispose();
        _file = null;
        try
        {
            if (new FileInfo(_path!) is { Exists: true, Length: > LargestFile / 2 })
            {
                File.Move(_path!, _path + ".1", overwrite: true);
            }

            var options = new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            _file = new StreamWriter(_path!, new UTF8Encoding(false), options) { AutoFlush = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _errors.WriteLine(Line(LogLevel.Warning, $"the log {_path} cannot be written: {e.Message}", null, []));
        }
    }
}

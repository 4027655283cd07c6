namespace E2B.LocalServer.Hosting;

/// <summary>Warnings to stderr, a line each: stdout belongs to the three lines that say where the server is.</summary>
internal sealed class ErrorStreamLoggerProvider : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            string cause = exception is null ? string.Empty : ": " + exception.Message;
            Console.Error.WriteLine($"warning: {formatter(state, exception)}{cause}");
        }
    }

    public void Dispose()
    {
    }
}

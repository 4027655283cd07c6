namespace E2B.PowerShell;

/// <summary>A server that was started in a sandbox did not come up.</summary>
public sealed class E2BWebServerException : E2BException
{
    internal E2BWebServerException(string message, string log, int? exitCode, Exception? cause = null)
        : base(message, cause)
    {
        Log = log;
        ExitCode = exitCode;
    }

    /// <summary>The end of what it wrote.</summary>
    public string Log { get; }

    /// <summary>Its exit code; <see langword="null"/> where it had not ended by itself.</summary>
    public int? ExitCode { get; }
}

namespace E2B.LocalServer.Agent.Native;

/// <summary>A system call that failed: "mkdir /a/b: permission denied".</summary>
internal sealed class UnixException(string operation, string? subject, int number)
    : IOException(subject is null ? $"{operation}: {Errno.Text(number)}" : $"{operation} {subject}: {Errno.Text(number)}")
{
    public int Number { get; } = number;

    public bool IsNoSpace => Number is Errno.NoSpace or Errno.QuotaExceeded;

    /// <summary>For the call just made.</summary>
    public static UnixException Last(string operation, string? subject = null) => new(operation, subject, Errno.Last);
}

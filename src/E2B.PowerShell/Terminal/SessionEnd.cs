namespace E2B.PowerShell.Terminal;

/// <summary>How a terminal session ended.</summary>
/// <param name="ExitCode">The program's exit code; <see langword="null"/> when it was let go of and runs on.</param>
/// <param name="Modes">The terminal modes that it had switched on, for who comes back.</param>
internal sealed record SessionEnd(int? ExitCode, byte[] Modes);

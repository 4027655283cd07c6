namespace E2B.LocalServer.Agent.Processes;

/// <summary>Where output came from.</summary>
internal enum OutputKind
{
    Stdout,
    Stderr,
    Pty,
}

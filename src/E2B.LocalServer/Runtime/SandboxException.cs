namespace E2B.LocalServer.Runtime;

/// <summary>A sandbox could not be started, or did not do what it was told.</summary>
public sealed class SandboxException(string message, Exception? cause = null) : Exception(message, cause);

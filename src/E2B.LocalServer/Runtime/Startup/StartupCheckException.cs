namespace E2B.LocalServer.Runtime;

/// <summary>This machine lacks something that sandboxes need; the message says what to do about it.</summary>
public sealed class StartupCheckException(string message) : Exception(message);

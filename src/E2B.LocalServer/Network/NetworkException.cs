namespace E2B.LocalServer.Network;

/// <summary>Something about the sandboxes' network could not be set up; the message says what.</summary>
internal sealed class NetworkException(string message, Exception? cause = null) : Exception(message, cause);

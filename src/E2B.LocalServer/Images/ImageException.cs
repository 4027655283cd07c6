namespace E2B.LocalServer.Images;

/// <summary>An image cannot be had or used; the message says why, and what to do about it, without any secret.</summary>
internal sealed class ImageException(string message, Exception? cause = null) : Exception(message, cause);

namespace E2B.Build;

/// <summary>Something that ends the build, in words for the person who started it.</summary>
internal sealed class BuildException(string message) : Exception(message);

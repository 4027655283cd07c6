namespace E2B.LocalServer.Images;

/// <summary>What an image says of how it is to be used. The cloud takes over the variables and nothing else.</summary>
/// <param name="EnvVars">Its environment variables.</param>
internal sealed record ImageConfiguration(IReadOnlyDictionary<string, string> EnvVars);

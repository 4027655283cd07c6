namespace E2B.LocalServer.Images;

/// <summary>An image that somebody wants to build from.</summary>
/// <param name="Name">Its name as in <c>FROM</c>: <c>python:3.11</c>, <c>ghcr.io/owner/name@sha256:…</c>.</param>
/// <param name="Credentials">For its registry, where it asks for any. Never saved, never logged.</param>
internal sealed record ImageRequest(string Name, RegistryCredentials? Credentials)
{
    /// <summary>Without the credentials.</summary>
    public override string ToString() => Name;
}

/// <summary>How to sign in at a registry.</summary>
internal abstract record RegistryCredentials
{
    /// <summary>Without the secret.</summary>
    public sealed override string ToString() => GetType().Name;
}

/// <summary>A user's name and password, or token.</summary>
internal sealed record BasicCredentials(string Username, string Password) : RegistryCredentials;

/// <summary>A key for Amazon's registry.</summary>
internal sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string Region) : RegistryCredentials;

/// <summary>A service account for Google's registries.</summary>
internal sealed record GcpCredentials(string ServiceAccountJson) : RegistryCredentials;

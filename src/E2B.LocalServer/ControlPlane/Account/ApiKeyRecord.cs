namespace E2B.LocalServer.ControlPlane;

/// <summary>A key that was made through the API. The key itself is told once and not kept.</summary>
internal sealed record ApiKeyRecord
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Of the whole key, SHA-256, in hex.</summary>
    public required string Hash { get; init; }

    public required ApiKeyMask Mask { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What of a key can be shown.</summary>
internal sealed record ApiKeyMask(string Prefix, int ValueLength, string MaskedValuePrefix, string MaskedValueSuffix)
{
    private const int Shown = 2;
    private const int ShownAtEnd = 4;

    public const string KeyPrefix = "e2b_";

    public static ApiKeyMask Of(string key)
    {
        string value = key[KeyPrefix.Length..];
        return new ApiKeyMask(KeyPrefix, value.Length, value[..Shown], value[^ShownAtEnd..]);
    }
}

using System.Buffers;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A template's name, id or <c>name:tag</c>, as a client writes it.</summary>
/// <param name="Name">Without namespace and tag.</param>
/// <param name="Tag"><see langword="null"/> when none was written.</param>
internal readonly record struct TemplateName(string Name, string? Tag)
{
    /// <summary>Whose the templates of this server are; in the cloud this is a team's name.</summary>
    public const string Namespace = "local";

    private static readonly SearchValues<char> _inNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> _inTags = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The namespace that was written, where one was.</summary>
    public string? WrittenNamespace { get; private init; }

    /// <exception cref="ApiException">400: it can be no name.</exception>
    /// <param name="text">What the client wrote.</param>
    /// <param name="kind">How the error begins.</param>
    public static TemplateName Parse(string text, string kind)
    {
        string cleaned = text.Trim().ToLowerInvariant();
        int colon = cleaned.IndexOf(':', StringComparison.Ordinal);
        string name = (colon < 0 ? cleaned : cleaned[..colon]).Trim();
        string? tag = colon < 0 ? null : cleaned[(colon + 1)..].Trim();
        string[] parts = name.Split('/');
        if (tag is not null && (tag.Length == 0 || tag.AsSpan().ContainsAnyExcept(_inTags)))
        {
            throw ApiException.BadRequest($"{kind}: invalid tag: {text}");
        }

        return parts.Length <= 2 && parts.All(part => part.Length > 0 && !part.AsSpan().ContainsAnyExcept(_inNames))
            ? new TemplateName(parts[^1], tag) { WrittenNamespace = parts.Length == 2 ? parts[0] : null }
            : throw ApiException.BadRequest($"{kind}: invalid template ID: {text}");
    }

    /// <summary>The name of something that is this server's own.</summary>
    /// <exception cref="ApiException">400: the namespace is another's.</exception>
    public static TemplateName ParseOwn(string text, string kind = "Invalid name")
    {
        TemplateName name = Parse(text, kind);
        return name.WrittenNamespace is null or Namespace
            ? name
            : throw ApiException.BadRequest($"namespace '{name.WrittenNamespace}' must match your team '{Namespace}'");
    }

    /// <summary>A tag on its own, as it is kept.</summary>
    /// <exception cref="ApiException">400: it can be none.</exception>
    public static string CleanTag(string text)
    {
        string tag = text.Trim().ToLowerInvariant();
        return tag.Length > 0 && !tag.AsSpan().ContainsAnyExcept(_inTags) ? tag : throw ApiException.BadRequest($"Invalid tag: invalid tag '{text}'");
    }

    /// <summary>The name with the namespace that was written.</summary>
    public override string ToString() => WrittenNamespace is null ? Name : $"{WrittenNamespace}/{Name}";
}

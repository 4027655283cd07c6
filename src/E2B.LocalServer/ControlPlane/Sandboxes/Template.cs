using System.Buffers;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What sandboxes are made from.</summary>
/// <param name="Id">The template's id.</param>
/// <param name="Alias">Its name.</param>
/// <param name="Limits">What its sandboxes may use.</param>
internal sealed record Template(string Id, string Alias, SandboxLimits Limits)
{
    private static readonly SearchValues<char> _inNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> _inTags = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The only one there is until templates can be built.</summary>
    public static Template Base { get; } = new(Protocol.E2BDefaults.Template, Protocol.E2BDefaults.Template, ServerFacts.BaseLimits);

    /// <summary>Finds the template that <c>name</c> or <c>name:tag</c> means.</summary>
    /// <exception cref="ApiException">400 for what can be no name, 404 for what is not there.</exception>
    public static Template Find(string reference)
    {
        (string name, string? tag) = Split(reference);
        if (name != Base.Id && name != Base.Alias)
        {
            throw new ApiException(StatusCodes.Status404NotFound, $"template '{name}' not found");
        }

        return tag is null or "default"
            ? Base
            : throw new ApiException(StatusCodes.Status404NotFound, $"tag '{tag}' does not exist for template '{name}'");
    }

    /// <summary>The id that a list's filter means.</summary>
    /// <returns><see langword="null"/> when there is no such template: then no sandbox is of it.</returns>
    public static string? FindForFilter(string reference)
    {
        (string name, string? tag) = Split(reference);
        if (tag is not null)
        {
            // A sandbox does not know by which tag it was made.
            throw ApiException.BadRequest("Invalid template: tags are not supported here because sandboxes are not tag-scoped");
        }

        return name == Base.Id || name == Base.Alias ? Base.Id : null;
    }

    private static (string Name, string? Tag) Split(string reference)
    {
        string text = reference.Trim().ToLowerInvariant();
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = (colon < 0 ? text : text[..colon]).Trim();
        string? tag = colon < 0 ? null : text[(colon + 1)..].Trim();
        string[] parts = name.Split('/');
        bool valid = parts.Length <= 2
            && parts.All(part => part.Length > 0 && !part.AsSpan().ContainsAnyExcept(_inNames))
            && (tag is null || (tag.Length > 0 && !tag.AsSpan().ContainsAnyExcept(_inTags)));
        return valid ? (name, tag) : throw ApiException.BadRequest($"Invalid template reference: invalid template ID: {reference}");
    }
}

using System.Collections.Concurrent;

namespace E2B.LocalServer.ControlPlane;

/// <summary>How often sandboxes were made from templates since the server started, and when last.</summary>
internal sealed class TemplateUse
{
    private readonly ConcurrentDictionary<string, (long Count, DateTimeOffset Last)> _uses = new(StringComparer.Ordinal);

    /// <summary>A sandbox was made.</summary>
    public void Add(string template, DateTimeOffset now) => _uses.AddOrUpdate(template, (1, now), (_, before) => (before.Count + 1, now));

    /// <summary>The template is no more.</summary>
    public void Forget(string template) => _uses.TryRemove(template, out _);

    public (long Count, DateTimeOffset? Last) Of(string template) => _uses.TryGetValue(template, out var use) ? (use.Count, use.Last) : (0, null);
}

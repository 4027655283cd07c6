using System.Security.Cryptography;
using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What a build is after one of its steps.</summary>
internal sealed record CachedStep
{
    /// <summary>All layers above the base, the lowest first.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    public required TemplateContext Context { get; init; }
}

/// <summary>
/// What builds have come to, by what they did to get there. An entry holds no layers: it is of use as long as a
/// template, or a build that failed, holds them, and is dropped afterwards.
/// </summary>
internal sealed class StepCache(string folder, LayerStore layers, Action<string> log)
{
    private const string Form = "e2b-local 1";
    private static readonly TimeSpan _lifeWithoutLayers = TimeSpan.FromHours(24);
    private readonly Lock _writing = new();

    /// <summary>The key of what comes first.</summary>
    public static string KeyOf(string source) => Hash(Form, source);

    /// <summary>The key of what comes after.</summary>
    public static string KeyOf(string before, params IEnumerable<string> parts) => Hash([before, .. parts]);

    /// <summary>What is known under a key. The caller holds its layers.</summary>
    public CachedStep? Take(string key)
    {
        if (SavedJson.Read(File(key), SavedJson.Default.CachedStep, log) is not { } step)
        {
            return null;
        }

        if (layers.TryHold(step.Layers))
        {
            return step;
        }

        System.IO.File.Delete(File(key));
        return null;
    }

    public void Put(string key, CachedStep step)
    {
        // Two builds of the same steps come to the same key at once.
        lock (_writing)
        {
            SavedJson.Write(File(key), step, SavedJson.Default.CachedStep);
        }
    }

    /// <summary>Drops entries whose layers are gone, and after a day those that need none: nothing else would ever end them.</summary>
    public void Sweep()
    {
        DateTime oldest = DateTime.UtcNow - _lifeWithoutLayers;
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (SavedJson.Read(file, SavedJson.Default.CachedStep, log) is { } step
                && (step.Layers.Count == 0 ? System.IO.File.GetLastWriteTimeUtc(file) < oldest : !layers.AreHeld(step.Layers)))
            {
                System.IO.File.Delete(file);
            }
        }
    }

    // Lengths before the parts: what is in one part can be no separator.
    private static string Hash(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"{part.Length}:{part}")))));

    private string File(string key) => Path.Combine(folder, key + ".json");
}

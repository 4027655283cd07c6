using System.Text.Json;
using System.Text.RegularExpressions;

namespace E2B.LocalServer.Images;

/// <summary>What a registry says of an image: its configuration and layers, or the images for several architectures that it is.</summary>
/// <param name="Config">The configuration's digest; <see langword="null"/> for an image of several architectures.</param>
/// <param name="Layers">Its layers, the lowest first, with their sizes as fetched.</param>
/// <param name="Platforms">The architectures of an image of several: <c>amd64</c>. Empty for one.</param>
internal sealed partial record ImageManifest(string? Config, IReadOnlyList<(string Digest, long Size)> Layers, IReadOnlyList<string> Platforms)
{
    /// <summary>Reads a manifest, an index of OCI, or a list of Docker's.</summary>
    /// <exception cref="InvalidDataException">It is none, or one of an old kind.</exception>
    public static ImageManifest Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("manifests", out JsonElement manifests))
            {
                return new ImageManifest(null, [], [.. manifests.EnumerateArray().Select(Platform).OfType<string>().Distinct()]);
            }

            if (!root.TryGetProperty("config", out JsonElement config) || !root.TryGetProperty("layers", out JsonElement layers))
            {
                throw new InvalidDataException("its manifest is of a kind that is not supported");
            }

            return new ImageManifest(Digest(config), [.. layers.EnumerateArray().Select(layer => (Digest(layer), layer.GetProperty("size").GetInt64()))], []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException("its manifest cannot be read", e);
        }
    }

    // What is no image for Linux, such as a signature, is nothing to choose from.
    private static string? Platform(JsonElement manifest) =>
        manifest.TryGetProperty("platform", out JsonElement platform)
        && platform.GetProperty("os").GetString() == "linux"
            ? platform.GetProperty("architecture").GetString()
            : null;

    // A file's name later on.
    private static string Digest(JsonElement descriptor) =>
        descriptor.GetProperty("digest").GetString() is { } digest && Digests().IsMatch(digest)
            ? digest
            : throw new InvalidDataException("its manifest has a digest that is none");

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digests();
}

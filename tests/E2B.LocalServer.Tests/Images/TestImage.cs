using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace E2B.LocalServer.Tests.Images;

/// <summary>An image as a registry has it: a manifest and the parts that it names.</summary>
internal sealed class TestImage
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    public TestImage(IReadOnlyList<byte[]> layers, string architecture = "amd64", JsonObject? config = null, string? layerType = null)
    {
        byte[] configuration = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["os"] = "linux",
            ["architecture"] = architecture,
            ["config"] = config ?? [],
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(DigestOf(layer)))]) },
        }.ToJsonString());
        Manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor(configuration, "application/vnd.oci.image.config.v1+json"),
            ["layers"] = new JsonArray([.. layers.Select(layer => Descriptor(layer, layerType ?? "application/vnd.oci.image.layer.v1.tar+gzip"))]),
        }.ToJsonString());
        Blobs = layers.Append(configuration).DistinctBy(DigestOf).ToDictionary(DigestOf);
    }

    public byte[] Manifest { get; }

    public string Digest => DigestOf(Manifest);

    public IReadOnlyDictionary<string, byte[]> Blobs { get; }

    /// <summary>An image of several architectures.</summary>
    public static byte[] Index(params (TestImage Image, string Architecture)[] images) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = IndexType,
        ["manifests"] = new JsonArray([.. images.Select(one =>
        {
            JsonObject descriptor = Descriptor(one.Image.Manifest, ManifestType);
            descriptor["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = one.Architecture };
            return descriptor;
        })]),
    }.ToJsonString());

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static JsonObject Descriptor(byte[] content, string type) => new()
    {
        ["mediaType"] = type,
        ["digest"] = DigestOf(content),
        ["size"] = content.Length,
    };
}

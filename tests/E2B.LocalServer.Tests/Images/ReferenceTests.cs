using E2B.LocalServer.Images;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>Names of images, which end up on a command line and say whom to talk to.</summary>
public sealed class ReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("python", "docker.io/library/python:latest")]
    [InlineData("python:3.11", "docker.io/library/python:3.11")]
    [InlineData("docker.io/python:3.11", "docker.io/library/python:3.11")]
    [InlineData("index.docker.io/e2bdev/base", "docker.io/e2bdev/base:latest")]
    [InlineData("e2bdev/code-interpreter", "docker.io/e2bdev/code-interpreter:latest")]
    [InlineData("ghcr.io/owner/name", "ghcr.io/owner/name:latest")]
    [InlineData("localhost/name:1", "localhost/name:1")]
    [InlineData("registry:5000/name", "registry:5000/name:latest")]
    [InlineData("127.0.0.1:5000/a/b/c:x", "127.0.0.1:5000/a/b/c:x")]
    [InlineData("[::1]:5000/name", "[::1]:5000/name:latest")]
    [InlineData("name:tag@" + Digest, "docker.io/library/name@" + Digest)]
    [InlineData("123456789012.dkr.ecr.us-east-1.amazonaws.com/app:v1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:v1")]
    public void Names_are_understood_as_Docker_does(string name, string full) => Assert.Equal(full, ImageReference.Parse(name).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-rf")]
    [InlineData("--authfile=/etc/shadow")]
    [InlineData("Upper/Case")]
    [InlineData("docker://name")]
    [InlineData("dir:/etc")]
    [InlineData("oci:/var/lib")]
    [InlineData("name with blank")]
    [InlineData("name\n")]
    [InlineData("user:secret@registry.example/name")]
    [InlineData("a//b")]
    [InlineData("../etc")]
    [InlineData("name@sha256:short")]
    [InlineData("name@sha512:0123")]
    [InlineData("http://registry/name")]
    public void What_is_no_name_is_refused(string name) =>
        Assert.Contains("no image's name", Assert.Throws<ImageException>(() => ImageReference.Parse(name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost/x", true)]
    [InlineData("localhost:5000/x", true)]
    [InlineData("127.0.0.1:5000/x", true)]
    [InlineData("127.1.2.3/x", true)]
    [InlineData("[::1]:5000/x", true)]
    [InlineData("python", false)]
    [InlineData("localhost.example.com/x", false)]
    [InlineData("registry:5000/x", false)]
    [InlineData("10.0.0.1:5000/x", false)]
    [InlineData("127.0.0.1.example.com/x", false)]
    public void Only_this_machine_is_talked_to_without_TLS(string name, bool local) => Assert.Equal(local, ImageReference.Parse(name).IsOnThisMachine);

    [Fact]
    public void The_platform_is_read_from_an_index()
    {
        var image = new TestImage([]);
        ImageManifest manifest = ImageManifest.Read(TestImage.Index((image, "arm64"), (image, "amd64")));

        Assert.Null(manifest.Config);
        Assert.Equal(["arm64", "amd64"], manifest.Platforms);
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""")]
    [InlineData("""{"config":{"digest":"sha256:../../../etc/passwd"},"layers":[]}""")]
    [InlineData("""{"config":5,"layers":[]}""")]
    [InlineData("""[]""")]
    [InlineData("not json")]
    public void Odd_manifests_are_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => ImageManifest.Read(System.Text.Encoding.UTF8.GetBytes(json)));
}

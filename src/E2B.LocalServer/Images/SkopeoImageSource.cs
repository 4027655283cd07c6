using System.Security.Cryptography;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Images;

/// <summary>
/// Images of registries: fetched by skopeo, unpacked here. Not by umoci: as root that makes what an image says, devices
/// and programs with other people's rights among it, knows no limits, and as somebody else it loses the owners.
/// </summary>
/// <param name="folder">For what is fetched, until it is unpacked; nobody else's.</param>
/// <param name="limits">What an image may take.</param>
/// <param name="signIn">Who to be at registries.</param>
internal sealed class SkopeoImageSource(string folder, ImageLimits limits, RegistrySignIn signIn) : IImageSource
{
    private readonly Skopeo _skopeo = new(limits);

    /// <summary>A source in a folder that is made; what a server that was killed left in it is removed.</summary>
    public static SkopeoImageSource Open(string folder)
    {
        Folders.Delete(folder);
        Folders.Make(folder, Folders.Closed);
        return new SkopeoImageSource(folder, new ImageLimits(), new RegistrySignIn(TimeProvider.System));
    }

    public async Task<string> ResolveAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        ImageReference image = Parse(request);
        DemandPrograms(request);
        try
        {
            byte[] bytes = await _skopeo.GetManifestAsync(image, await signIn.GetAsync(request.Credentials, cancellationToken), cancellationToken);
            string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (image.Digest is not null && image.Digest != digest)
            {
                throw new InvalidDataException("the registry answered with other content than its name says");
            }

            Check(request, ImageManifest.Read(bytes));
            return digest;
        }
        catch (Exception e) when (e is SkopeoException or InvalidDataException)
        {
            throw Failed(request, e);
        }
    }

    public async Task<ImageConfiguration> UnpackAsync(ImageRequest request, string digest, string target, Action<string> log, CancellationToken cancellationToken)
    {
        ImageReference image = Parse(request).At(digest);
        DemandPrograms(request);
        string packed = Path.Combine(folder, Guid.NewGuid().ToString("n"));
        Folders.Make(packed, Folders.Closed);
        try
        {
            log($"Pulling image {request.Name} ({digest})");
            await _skopeo.CopyAsync(image, await signIn.GetAsync(request.Credentials, cancellationToken), packed, cancellationToken);
            ImageManifest manifest = ImageManifest.Read(ReadDocument(Path.Combine(packed, "manifest.json")));
            Check(request, manifest);
            ImageConfig config = ImageConfig.Read(ReadDocument(Part(packed, manifest.Config!)));
            if (config.OperatingSystem != "linux" || config.Architecture != ImageCheck.Architecture)
            {
                throw OtherPlatform(request, [config.OperatingSystem == "linux" ? config.Architecture : $"{config.OperatingSystem}/{config.Architecture}"]);
            }

            await UnpackAsync(request, packed, manifest, target, log, cancellationToken);
            return config.Configuration;
        }
        catch (Exception e) when (e is SkopeoException or InvalidDataException or UnixException or StartupCheckException)
        {
            throw Failed(request, e);
        }
        catch (IOException e)
        {
            throw new ImageException($"the image '{request.Name}' could not be unpacked: {e.Message}", e);
        }
        finally
        {
            Folders.Delete(packed);
        }
    }

    private async Task UnpackAsync(ImageRequest request, string packed, ImageManifest manifest, string target, Action<string> log, CancellationToken cancellationToken)
    {
        Folders.Make(target, Folders.Open);
        try
        {
            using var root = new RootFolder(target);
            var unpacker = new LayerUnpacker(root, new UnpackBudget(limits, target));
            int number = 0;
            foreach ((string digest, long size) in manifest.Layers)
            {
                log($"Unpacking layer {++number} of {manifest.Layers.Count} ({size >> 10} KiB)");
                await LayerReader.ReadAsync(Part(packed, digest), layer => unpacker.ApplyAsync(layer, cancellationToken), cancellationToken);

                // Its room can be had for what is unpacked, unless a later layer is the same.
                if (!manifest.Layers.Skip(number).Any(later => later.Digest == digest))
                {
                    File.Delete(Part(packed, digest));
                }
            }

            if (unpacker.LeftOut > 0)
            {
                log($"Left out {unpacker.LeftOut} devices and pipes: sandboxes have their own");
            }

            ImageCheck.Demand(root, request.Name);
            await Task.Run(() => new ImageFurnishing(root).Run(cancellationToken), CancellationToken.None);
        }
        catch
        {
            Folders.Delete(target);
            throw;
        }
    }

    private void Check(ImageRequest request, ImageManifest manifest)
    {
        if (manifest.Config is null)
        {
            if (!manifest.Platforms.Contains(ImageCheck.Architecture))
            {
                throw OtherPlatform(request, manifest.Platforms);
            }

            return;
        }

        if (manifest.Layers.Count > limits.Layers)
        {
            throw new InvalidDataException($"it has more than {limits.Layers} layers");
        }

        if (manifest.Layers.Any(layer => layer.Size < 0) || manifest.Layers.Sum(layer => (decimal)layer.Size) > limits.PackedBytes)
        {
            throw new InvalidDataException($"it is larger than {limits.PackedBytes >> 20} MiB");
        }
    }

    private static void DemandPrograms(ImageRequest request)
    {
        if (HostPrograms.Missing(HostPrograms.NeededByImages) is { } missing)
        {
            throw new ImageException($"the image '{request.Name}' cannot be fetched. {missing}");
        }
    }

    private static ImageReference Parse(ImageRequest request) => ImageReference.Parse(request.Name);

    private static string Part(string packed, string digest) => Path.Combine(packed, digest["sha256:".Length..]);

    private static byte[] ReadDocument(string file) => new FileInfo(file).Length <= ImageLimits.DocumentBytes
        ? File.ReadAllBytes(file)
        : throw new InvalidDataException("its manifest or configuration is too large");

    private static ImageException OtherPlatform(ImageRequest request, IReadOnlyList<string> platforms) => new(
        $"the image '{request.Name}' is for {(platforms.Count == 0 ? "no architecture of Linux" : string.Join(", ", platforms))} and not for this machine's {ImageCheck.Architecture}. Use an image that is built for {ImageCheck.Architecture}");

    private static ImageException Failed(ImageRequest request, Exception cause)
    {
        string said = cause.Message;
        string advice = said.Contains("manifest unknown", StringComparison.OrdinalIgnoreCase) || said.Contains("name unknown", StringComparison.OrdinalIgnoreCase)
                ? ". There is no such image or tag at the registry"
            : said.Contains("unauthorized", StringComparison.OrdinalIgnoreCase) || said.Contains("denied", StringComparison.OrdinalIgnoreCase) || said.Contains("authentication", StringComparison.OrdinalIgnoreCase)
                ? request.Credentials is null ? ". It does not exist, or credentials for the registry are needed" : ". The registry does not accept the credentials"
            : string.Empty;
        return new ImageException($"the image '{request.Name}' cannot be used: {said}{advice}", cause);
    }
}

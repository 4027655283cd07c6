namespace E2B.LocalServer.Images;

/// <summary>Stands in where images of registries cannot be had.</summary>
/// <param name="reason">Why, for the user.</param>
internal sealed class NoImageSource(string reason) : IImageSource
{
    public Task<string> ResolveAsync(ImageRequest request, CancellationToken cancellationToken) =>
        Task.FromException<string>(new ImageException($"the image '{request.Name}' cannot be had: {reason}"));

    public Task<ImageConfiguration> UnpackAsync(ImageRequest request, string digest, string folder, Action<string> log, CancellationToken cancellationToken) =>
        Task.FromException<ImageConfiguration>(new ImageException($"the image '{request.Name}' cannot be had: {reason}"));
}

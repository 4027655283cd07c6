using E2B.LocalServer.ControlPlane;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>Volumes as folders: the disk is an empty file, and its files are in a folder beside it.</summary>
internal sealed class FakeVolumeHost : IVolumeHost
{
    public Task CreateAsync(string image, int sizeMB)
    {
        Directory.CreateDirectory(image + ".files");
        return File.WriteAllTextAsync(image, string.Empty);
    }

    public Task<string> OpenAsync(string image) =>
        File.Exists(image) ? Task.FromResult(image + ".files") : throw new FileNotFoundException("the volume was deleted", image);

    public Task RemoveAsync(string image)
    {
        File.Delete(image);
        if (Directory.Exists(image + ".files"))
        {
            Directory.Delete(image + ".files", recursive: true);
        }

        return Task.CompletedTask;
    }
}

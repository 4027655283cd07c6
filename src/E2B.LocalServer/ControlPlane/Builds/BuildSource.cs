namespace E2B.LocalServer.ControlPlane;

/// <summary>What builds begin with.</summary>
internal static class BuildSource
{
    /// <summary>Whether an image is the one that the official clients take where nobody names another. Here the local base stands for it.</summary>
    public static bool IsBase(string image)
    {
        string name = image.StartsWith("docker.io/", StringComparison.Ordinal) ? image["docker.io/".Length..] : image;
        return name is "e2bdev/base" or "e2bdev/base:latest";
    }
}

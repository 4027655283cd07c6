namespace E2B.LocalServer.ControlPlane;

/// <summary>What keeps the files of volumes.</summary>
public interface IVolumeHost
{
    /// <summary>Makes an empty disk.</summary>
    Task CreateAsync(string image, int sizeMB);

    /// <summary>The folder with a disk's files, owners as inside.</summary>
    /// <exception cref="FileNotFoundException">It was removed.</exception>
    Task<string> OpenAsync(string image);

    /// <summary>Removes a disk with its files, also from sandboxes that have it.</summary>
    Task RemoveAsync(string image);
}

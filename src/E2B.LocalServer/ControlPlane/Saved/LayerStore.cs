using System.Security.Cryptography;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Folders of files that sandboxes are built upon, owners as inside. Snapshots and sandboxes hold the layers they
/// need; what nobody holds any more is deleted.
/// </summary>
/// <param name="folder">Where they are.</param>
/// <param name="log">Where what went wrong is said.</param>
/// <param name="delete">Deletes a folder; for tests, which have no slow disks.</param>
internal sealed class LayerStore(string folder, Action<string> log, Action<string>? delete = null)
{
    private readonly Dictionary<string, int> _holders = new(StringComparer.Ordinal);

    /// <summary>Where a layer is.</summary>
    public string Folder(string layer) => Path.Combine(folder, layer);

    /// <summary>Makes a layer.</summary>
    /// <param name="write">Fills a folder, which it makes.</param>
    /// <returns>The layer's name. The caller holds it.</returns>
    public async Task<string> AddAsync(Func<string, Task> write)
    {
        string layer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));
        Hold([layer]);
        try
        {
            await write(Folder(layer));
            return layer;
        }
        catch
        {
            await ReleaseAsync([layer]);
            throw;
        }
    }

    public void Hold(IEnumerable<string> layers)
    {
        lock (_holders)
        {
            foreach (string layer in layers)
            {
                _holders[layer] = _holders.GetValueOrDefault(layer) + 1;
            }
        }
    }

    /// <summary>Holds layers that somebody else may just be letting go of.</summary>
    /// <returns><see langword="false"/> when one of them is not there any more; then none is held.</returns>
    public bool TryHold(IReadOnlyList<string> layers)
    {
        lock (_holders)
        {
            if (!layers.All(_holders.ContainsKey))
            {
                return false;
            }

            Hold(layers);
            return true;
        }
    }

    /// <summary>Whether somebody holds all of them.</summary>
    public bool AreHeld(IReadOnlyList<string> layers)
    {
        lock (_holders)
        {
            return layers.All(_holders.ContainsKey);
        }
    }

    /// <summary>Lets go of layers, and deletes those that nobody holds any more.</summary>
    public Task ReleaseAsync(IEnumerable<string> layers)
    {
        var free = new List<string>();
        lock (_holders)
        {
            foreach (string layer in layers)
            {
                if (--_holders[layer] == 0)
                {
                    _holders.Remove(layer);
                    free.Add(layer);
                }
            }
        }

        return free.Count == 0 ? Task.CompletedTask : Task.Run(() => free.ForEach(Delete));
    }

    /// <summary>Deletes what nobody holds: what a server that was killed had begun to write, or not yet deleted.</summary>
    public void DeleteUnheld()
    {
        foreach (string layer in Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Where(layer => !_holders.ContainsKey(layer)))
        {
            Delete(layer);
        }
    }

    private void Delete(string layer)
    {
        try
        {
            (delete ?? Folders.Delete)(Folder(layer));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log($"the layer {Folder(layer)} could not be deleted: {e.Message}");
        }
    }
}

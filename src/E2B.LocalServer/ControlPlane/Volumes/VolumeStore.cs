using System.Text.RegularExpressions;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The volumes there are: a record and a disk each. A disk without a record is nobody's.</summary>
internal sealed partial class VolumeStore
{
    private readonly Dictionary<Guid, Volume> _volumes = [];
    private readonly HashSet<string> _beingMade = new(StringComparer.Ordinal);
    private readonly string _folder;

    public VolumeStore(string folder, Action<string> log)
    {
        _folder = folder;
        foreach (Volume volume in SavedJson.ReadAll(folder, SavedJson.Default.Volume, log))
        {
            // Also one whose disk is gone: what is left of it stays until somebody deletes it.
            _volumes[volume.Id] = volume;
            if (!File.Exists(Disk(volume.Id)))
            {
                log($"the volume {volume.Name} misses its disk {Disk(volume.Id)}");
            }
        }
    }

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<Volume> All
    {
        get
        {
            lock (_volumes)
            {
                return [.. _volumes.Values.OrderBy(one => one.CreatedAt).ThenBy(one => one.Id)];
            }
        }
    }

    /// <summary>Where a volume's disk is.</summary>
    public string Disk(Guid id) => Path.Combine(_folder, $"{id}.img");

    public Volume? Find(Guid id)
    {
        lock (_volumes)
        {
            return _volumes.GetValueOrDefault(id);
        }
    }

    public Volume? Find(string name)
    {
        lock (_volumes)
        {
            return _volumes.Values.FirstOrDefault(one => one.Name == name);
        }
    }

    /// <exception cref="ApiException">400: the name can be none, or is taken.</exception>
    public async Task<Volume> CreateAsync(IVolumeHost host, string name, DateTimeOffset now)
    {
        if (!ValidName().IsMatch(name))
        {
            throw ApiException.BadRequest("Invalid volume name");
        }

        var volume = new Volume { Id = Guid.NewGuid(), Name = name, CreatedAt = now };
        lock (_volumes)
        {
            if (_volumes.Values.Any(one => one.Name == name) || !_beingMade.Add(name))
            {
                throw ApiException.BadRequest($"Volume with name '{name}' already exists");
            }
        }

        try
        {
            await host.CreateAsync(Disk(volume.Id), ServerFacts.VolumeSizeMB);
            lock (_volumes)
            {
                SavedJson.Write(Record(volume.Id), volume, SavedJson.Default.Volume);
                _volumes[volume.Id] = volume;
            }

            return volume;
        }
        catch
        {
            await host.RemoveAsync(Disk(volume.Id));
            throw;
        }
        finally
        {
            lock (_volumes)
            {
                _beingMade.Remove(name);
            }
        }
    }

    /// <summary>Deletes a volume, used or not.</summary>
    /// <returns><see langword="false"/> when there is none.</returns>
    public async Task<bool> RemoveAsync(IVolumeHost host, Guid id)
    {
        lock (_volumes)
        {
            if (!_volumes.Remove(id))
            {
                return false;
            }

            File.Delete(Record(id));
        }

        await host.RemoveAsync(Disk(id));
        return true;
    }

    /// <summary>Deletes disks that belong to no volume: a server was killed before it wrote the record, or after it had deleted that.</summary>
    public void DeleteUnowned()
    {
        foreach (string disk in Directory.EnumerateFiles(_folder, "*.img").Where(disk => !File.Exists(Path.ChangeExtension(disk, ".json"))))
        {
            File.Delete(disk);
        }
    }

    private string Record(Guid id) => Path.Combine(_folder, $"{id}.json");

    [GeneratedRegex(@"^[a-zA-Z0-9_-]+\z")]
    private static partial Regex ValidName();
}

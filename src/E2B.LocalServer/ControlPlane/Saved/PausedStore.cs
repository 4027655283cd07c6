namespace E2B.LocalServer.ControlPlane;

/// <summary>The disks of paused sandboxes, each with a record of whose it is. A disk without a record is nobody's.</summary>
internal sealed class PausedStore(string folder, Action<string> log)
{
    /// <summary>Where a sandbox's disk is kept.</summary>
    public string Disk(string id) => Path.Combine(folder, id + ".img");

    /// <summary>Notes whose disk it is, which was kept just before.</summary>
    public void Add(SavedSandbox sandbox) => SavedJson.Write(Record(sandbox.Id), sandbox, SavedJson.Default.SavedSandbox);

    /// <summary>Forgets a sandbox and its disk. A sandbox that uses the disk goes on using it.</summary>
    public void Remove(string id)
    {
        File.Delete(Record(id));
        File.Delete(Disk(id));
    }

    /// <summary>The sandboxes that were paused when the last server ended. Disks that belong to none are removed.</summary>
    public IReadOnlyList<SavedSandbox> Load()
    {
        var found = new List<SavedSandbox>();
        foreach (SavedSandbox sandbox in SavedJson.ReadAll(folder, SavedJson.Default.SavedSandbox, log))
        {
            if (File.Exists(Disk(sandbox.Id)))
            {
                found.Add(sandbox);
            }
            else
            {
                log($"the paused sandbox {sandbox.Id} has no disk any more and is left out");
            }
        }

        // A server that was killed in the middle of a pause, before the record. One with a record that cannot be read stays.
        foreach (string disk in Directory.EnumerateFiles(folder, "*.img").Where(disk => !File.Exists(Path.ChangeExtension(disk, ".json"))))
        {
            File.Delete(disk);
        }

        return found;
    }

    private string Record(string id) => Path.Combine(folder, id + ".json");
}

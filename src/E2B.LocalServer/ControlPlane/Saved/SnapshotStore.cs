namespace E2B.LocalServer.ControlPlane;

/// <summary>The snapshots and the built templates there are. They hold their layers.</summary>
internal sealed class SnapshotStore
{
    private const string IdAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly TimeSpan _longestDeletion = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, Snapshot> _snapshots = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly LayerStore _layers;

    public SnapshotStore(string folder, LayerStore layers, Action<string> log)
    {
        (_folder, _layers) = (folder, layers);
        foreach (Snapshot snapshot in SavedJson.ReadAll(folder, SavedJson.Default.Snapshot, log))
        {
            // Also of one whose files are gone: what is left of it stays until somebody deletes it.
            _snapshots[snapshot.Id] = snapshot;
            layers.Hold(LayersOf(snapshot));
            foreach (string missing in LayersOf(snapshot).Distinct().Where(layer => !Directory.Exists(layers.Folder(layer))))
            {
                log($"the snapshot {snapshot.Id} misses its files {layers.Folder(missing)}");
            }
        }
    }

    public IReadOnlyList<Snapshot> All
    {
        get
        {
            lock (_snapshots)
            {
                return [.. _snapshots.Values];
            }
        }
    }

    /// <summary>The snapshot of a name or id.</summary>
    public Snapshot? Find(string name)
    {
        lock (_snapshots)
        {
            return _snapshots.GetValueOrDefault(name) ?? _snapshots.Values.FirstOrDefault(one => one.Name == name);
        }
    }

    /// <summary>
    /// Adds a state: to the snapshot of that name, in place of the one with the same tag, or as a new snapshot. Takes
    /// over the caller's hold of the state's layers.
    /// </summary>
    public async Task<Snapshot> AddAsync(string? name, string sandboxId, SnapshotState state, DateTimeOffset now)
    {
        IReadOnlyList<string> replaced;
        Snapshot snapshot;
        lock (_snapshots)
        {
            Snapshot? existing = name is null ? null : Find(name);
            replaced = existing?.States.FirstOrDefault(one => one.Tag == state.Tag)?.Layers ?? [];
            snapshot = existing is null
                ? new Snapshot
                {
                    Id = System.Security.Cryptography.RandomNumberGenerator.GetString(IdAlphabet, 20),
                    Name = name,
                    SandboxId = sandboxId,
                    CreatedAt = now,
                    States = [state],
                }
                : existing with { States = [.. existing.States.Where(one => one.Tag != state.Tag), state] };
            SavedJson.Write(Record(snapshot.Id), snapshot, SavedJson.Default.Snapshot);
            _snapshots[snapshot.Id] = snapshot;
        }

        await _layers.ReleaseAsync(replaced);
        return snapshot;
    }

    /// <summary>The template of a name that is to be built; a new one, still without states, where there is none.</summary>
    /// <returns><see langword="null"/> when the name is a snapshot's.</returns>
    public Snapshot? OpenTemplate(string name, DateTimeOffset now)
    {
        lock (_snapshots)
        {
            if (Find(name) is { } existing)
            {
                return existing.IsBuilt ? existing : null;
            }

            return Save(new Snapshot
            {
                Id = System.Security.Cryptography.RandomNumberGenerator.GetString(IdAlphabet, 20),
                Name = name,
                IsBuilt = true,
                SandboxId = string.Empty,
                CreatedAt = now,
                States = [],
            });
        }
    }

    /// <summary>Puts a state that was built in place under each of its tags. Takes over the caller's hold of its layers.</summary>
    /// <returns><see langword="false"/> when the template is gone.</returns>
    public async Task<bool> AddBuiltAsync(string id, IReadOnlyList<string> tags, SnapshotState state, DateTimeOffset now)
    {
        List<string> released = [.. state.Layers];
        try
        {
            lock (_snapshots)
            {
                if (!_snapshots.TryGetValue(id, out Snapshot? template))
                {
                    return false;
                }

                Save(template with
                {
                    UpdatedAt = now,
                    States = [.. template.States.Where(one => !tags.Contains(one.Tag)), .. tags.Select(one => state with { Tag = one, TaggedAt = now })],
                });
                foreach (string _ in tags)
                {
                    _layers.Hold(state.Layers);
                }

                released.AddRange(template.States.Where(one => tags.Contains(one.Tag)).SelectMany(one => one.Layers));
                return true;
            }
        }
        finally
        {
            await _layers.ReleaseAsync(released);
        }
    }

    /// <summary>Notes whether a snapshot is called public.</summary>
    /// <returns>The snapshot as it is then; <see langword="null"/> when it is gone.</returns>
    public Snapshot? Publish(string id, bool isPublic, DateTimeOffset now)
    {
        lock (_snapshots)
        {
            return _snapshots.TryGetValue(id, out Snapshot? snapshot) ? Save(snapshot with { Public = isPublic, UpdatedAt = now }) : null;
        }
    }

    /// <summary>Gives a state further tags, which other states lose.</summary>
    /// <returns>The state; <see langword="null"/> when there is none of that tag.</returns>
    public async Task<SnapshotState?> TagAsync(string id, string tag, IReadOnlyList<string> tags, DateTimeOffset now)
    {
        List<string> replaced;
        SnapshotState? state;
        lock (_snapshots)
        {
            if (!_snapshots.TryGetValue(id, out Snapshot? snapshot) || (state = snapshot.States.FirstOrDefault(one => one.Tag == tag)) is null)
            {
                return null;
            }

            replaced = [.. snapshot.States.Where(one => tags.Contains(one.Tag)).SelectMany(one => one.Layers)];
            Save(snapshot with
            {
                UpdatedAt = now,
                States = [.. snapshot.States.Where(one => !tags.Contains(one.Tag)), .. tags.Select(one => state with { Tag = one, TaggedAt = now })],
            });
            foreach (string _ in tags)
            {
                _layers.Hold(state.Layers);
            }
        }

        await _layers.ReleaseAsync(replaced);
        return state;
    }

    /// <summary>Takes tags away, and with the last one of a state its files.</summary>
    public async Task UntagAsync(string id, IReadOnlyList<string> tags, DateTimeOffset now)
    {
        List<string> released;
        lock (_snapshots)
        {
            if (!_snapshots.TryGetValue(id, out Snapshot? snapshot))
            {
                return;
            }

            // A snapshot without any state would be nothing.
            List<SnapshotState> left = [.. snapshot.States.Where(one => !tags.Contains(one.Tag))];
            if (left.Count == 0)
            {
                throw ApiException.BadRequest("The last tag cannot be deleted: delete the template");
            }

            released = [.. snapshot.States.Where(one => tags.Contains(one.Tag)).SelectMany(one => one.Layers)];
            Save(snapshot with { UpdatedAt = now, States = left });
        }

        await _layers.ReleaseAsync(released);
    }

    /// <summary>Deletes a snapshot with all its tags.</summary>
    /// <param name="id">The snapshot.</param>
    /// <param name="isInUse">Asked while nobody can find the snapshot.</param>
    /// <returns><see langword="false"/> when it is in use; then it stays.</returns>
    public async Task<bool> RemoveAsync(string id, Func<bool> isInUse)
    {
        Snapshot? snapshot;
        lock (_snapshots)
        {
            if (isInUse())
            {
                return false;
            }

            File.Delete(Record(id));
            if (!_snapshots.Remove(id, out snapshot))
            {
                return true;
            }
        }

        // Gone it is from here on, whatever happens. Large layers on a busy disk take longer than clients wait for an answer.
        await Task.WhenAny(_layers.ReleaseAsync(LayersOf(snapshot)), Task.Delay(_longestDeletion));
        return true;
    }

    /// <summary>Holds the layers of a template for a sandbox that is to be made from it.</summary>
    /// <returns><see langword="false"/> when it has been deleted, or another state has taken its tag, and its files are gone.</returns>
    public bool TryHold(Template template)
    {
        lock (_snapshots)
        {
            return (Template.BuiltIn.Any(one => one.Id == template.Id) || _snapshots.ContainsKey(template.Id)) && _layers.TryHold(template.Layers);
        }
    }

    private static IEnumerable<string> LayersOf(Snapshot snapshot) => snapshot.States.SelectMany(state => state.Layers);

    private Snapshot Save(Snapshot snapshot)
    {
        SavedJson.Write(Record(snapshot.Id), snapshot, SavedJson.Default.Snapshot);
        return _snapshots[snapshot.Id] = snapshot;
    }

    private string Record(string id) => Path.Combine(_folder, id + ".json");
}

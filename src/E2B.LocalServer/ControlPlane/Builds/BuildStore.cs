namespace E2B.LocalServer.ControlPlane;

/// <summary>The builds there are, running and over, with their logs. They outlive the server; what they were doing does not.</summary>
internal sealed class BuildStore
{
    private const int MostFinishedOfTemplate = 50;
    private const int MostLogsInMemory = 20;
    private readonly Dictionary<Guid, Build> _builds = [];
    private readonly Dictionary<Guid, BuildLog> _logs = [];
    private readonly Queue<Guid> _finishedLogs = new();
    private readonly string _folder;
    private readonly LayerStore _layers;
    private readonly Action<string> _log;

    public BuildStore(string folder, LayerStore layers, Action<string> log)
    {
        (_folder, _layers, _log) = (folder, layers, log);
        foreach (Build build in SavedJson.ReadAll(folder, SavedJson.Default.Build, log))
        {
            _builds[build.Id] = build;
            layers.Hold(build.Layers);
        }
    }

    public IReadOnlyList<Build> All
    {
        get
        {
            lock (_builds)
            {
                return [.. _builds.Values];
            }
        }
    }

    /// <summary>The builds of a template, in no order.</summary>
    public IReadOnlyList<Build> Of(string template) => [.. All.Where(one => one.TemplateId == template)];

    public Build? Find(string template, Guid id)
    {
        lock (_builds)
        {
            return _builds.TryGetValue(id, out Build? build) && build.TemplateId == template ? build : null;
        }
    }

    /// <summary>Builds that were under way when the last server ended have failed with it.</summary>
    public void EndInterrupted(DateTimeOffset now)
    {
        foreach (Build build in All.Where(one => one.Status == BuildStatus.Building))
        {
            Change(build.Id, one => one with { Status = BuildStatus.Error, FinishedAt = now, Reason = new BuildReason("the build was interrupted: the server ended", null) });
        }
    }

    public void Add(Build build)
    {
        lock (_builds)
        {
            SavedJson.Write(Record(build.Id), build, SavedJson.Default.Build);
            _builds[build.Id] = build;
        }
    }

    /// <summary>Changes a build. What the disk does not take is so until the server ends: nobody is to wait for a build that is over.</summary>
    /// <param name="id">The build.</param>
    /// <param name="change">What becomes of it; <see langword="null"/> leaves it.</param>
    /// <returns>Whether it was there and was changed.</returns>
    public bool Change(Guid id, Func<Build, Build?> change)
    {
        lock (_builds)
        {
            if (!_builds.TryGetValue(id, out Build? build) || change(build) is not { } changed)
            {
                return false;
            }

            _builds[id] = changed;
            try
            {
                SavedJson.Write(Record(id), changed, SavedJson.Default.Build);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _log($"the build {id} cannot be noted: {e.Message}");
            }

            return true;
        }
    }

    /// <summary>Lets go of what failed builds of a template had built, but one's.</summary>
    public async Task ReleaseFailedAsync(string template, Guid? but)
    {
        foreach (Build build in Of(template).Where(one => one.Id != but && one.Layers.Count > 0))
        {
            IReadOnlyList<string> released = [];
            Change(build.Id, one =>
            {
                released = one.Layers;
                return one with { Layers = [] };
            });
            await _layers.ReleaseAsync(released);
        }
    }

    /// <summary>Forgets all builds of a template.</summary>
    public async Task RemoveAsync(string template)
    {
        foreach (Build build in Of(template))
        {
            await RemoveAsync(build);
        }
    }

    /// <summary>Forgets the oldest builds of a template that are over, where there are many.</summary>
    public async Task TrimAsync(string template)
    {
        foreach (Build build in Of(template).Where(one => !one.IsOpen).OrderByDescending(one => one.CreatedAt).Skip(MostFinishedOfTemplate))
        {
            await RemoveAsync(build);
        }
    }

    /// <summary>The log of a build that begins.</summary>
    public BuildLog OpenLog(Guid id, TimeProvider clock)
    {
        lock (_builds)
        {
            return _logs[id] = new BuildLog(clock);
        }
    }

    /// <summary>Keeps the log of a build that is over.</summary>
    public void KeepLog(Guid id)
    {
        lock (_builds)
        {
            if (!_builds.ContainsKey(id) || !_logs.TryGetValue(id, out BuildLog? log))
            {
                return;
            }

            SavedJson.Write(LogFile(id), log.All, SavedJson.Default.IReadOnlyListBuildLogEntry);
            _finishedLogs.Enqueue(id);
            while (_finishedLogs.Count > MostLogsInMemory)
            {
                _logs.Remove(_finishedLogs.Dequeue());
            }
        }
    }

    /// <summary>A build's log; empty when it was lost.</summary>
    public BuildLog LogOf(Guid id, TimeProvider clock)
    {
        lock (_builds)
        {
            return _logs.TryGetValue(id, out BuildLog? log) ? log : new BuildLog(clock, SavedJson.Read(LogFile(id), SavedJson.Default.IReadOnlyListBuildLogEntry, _log) ?? []);
        }
    }

    private async Task RemoveAsync(Build build)
    {
        bool removed;
        IReadOnlyList<string> layers;
        lock (_builds)
        {
            removed = _builds.Remove(build.Id, out Build? last);
            layers = last?.Layers ?? [];
            _logs.Remove(build.Id);
            File.Delete(Record(build.Id));
            File.Delete(LogFile(build.Id));
        }

        if (removed)
        {
            await _layers.ReleaseAsync(layers);
        }
    }

    private string Record(Guid id) => Path.Combine(_folder, $"{id}.json");

    private string LogFile(Guid id) => Path.Combine(_folder, $"{id}.log");
}

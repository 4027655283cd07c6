namespace E2B.PowerShell.Drive;

/// <summary>
/// Answers of the sandbox, kept for the command that asked: the engine asks the same again and again. The next command
/// asks anew, and so does one that runs for longer than it takes to ask twice.
/// </summary>
internal sealed class EntryCache
{
    /// <summary>A pipeline can feed one command for hours.</summary>
    private static readonly TimeSpan _maxAge = TimeSpan.FromSeconds(2);

    private const int MaxEntries = 50_000;

    private readonly TimeProvider _clock;
    private readonly Dictionary<DriveTarget, Answer<SandboxEntry?>> _entries = [];
    private readonly Dictionary<DriveTarget, Answer<IReadOnlyList<SandboxEntry>?>> _listings = [];
    private readonly Dictionary<DriveTarget, Answer<Exception?>> _failures = [];
    private readonly HashSet<string> _withBackslash = new(StringComparer.Ordinal);
    private readonly HashSet<DriveTarget> _walked = [];
    private WeakReference<object>? _command;

    public EntryCache(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <summary>Says which command asks now; what another one has learned is forgotten. Nothing is kept for <see langword="null"/>.</summary>
    public void Enter(object? command)
    {
        if (command is not null && _command is not null && _command.TryGetTarget(out object? last) && ReferenceEquals(last, command))
        {
            return;
        }

        Forget();
        _withBackslash.Clear();
        _walked.Clear();
        _command = command is null ? null : new WeakReference<object>(command);
    }

    /// <summary>What is at a path, if that is known: <see langword="null"/> for nothing.</summary>
    public bool TryGetEntry(DriveTarget target, out SandboxEntry? entry) => TryGet(_entries, target, out entry);

    /// <summary>What a directory holds, if that is known.</summary>
    public bool TryGetListing(DriveTarget target, out IReadOnlyList<SandboxEntry>? entries) => TryGet(_listings, target, out entries);

    /// <summary>Why it could not be said what is at a path, if it was asked already: a sandbox that does not answer is waited for once.</summary>
    public bool TryGetFailure(DriveTarget target, out Exception? failure) => TryGet(_failures, target, out failure);

    public void Keep(DriveTarget target, Exception failure) => _failures[target] = new(failure, _clock.GetTimestamp());

    public void Keep(DriveTarget target, SandboxEntry? entry)
    {
        if (_entries.Count >= MaxEntries)
        {
            Forget();
        }

        _entries[target] = new(entry, _clock.GetTimestamp());
    }

    public void Keep(DriveTarget directory, IReadOnlyList<SandboxEntry> entries)
    {
        foreach (SandboxEntry entry in entries)
        {
            Keep(directory.Join(entry.Name), entry);
        }

        _listings[directory] = new(entries, _clock.GetTimestamp());
    }

    /// <summary>Forgets all answers: something has been changed.</summary>
    public void Forget()
    {
        _entries.Clear();
        _listings.Clear();
        _failures.Clear();
    }

    /// <summary>Remembers that somebody wrote a backslash in a path, which the engine goes on with in another form.</summary>
    public void NoteBackslash(string path) => _withBackslash.Add(path);

    /// <summary>Whether a path, in the engine's form, had a backslash once.</summary>
    public bool HadBackslash(string path) => _withBackslash.Contains(path);

    /// <summary>Remembers that the engine goes through all that a directory holds.</summary>
    public void NoteWalk(DriveTarget directory) => _walked.Add(directory);

    /// <summary>Whether the engine goes through all that a directory holds.</summary>
    public bool WasWalked(DriveTarget directory) => _walked.Contains(directory);

    private bool TryGet<T>(Dictionary<DriveTarget, Answer<T?>> answers, DriveTarget target, out T? value)
        where T : class
    {
        bool found = answers.TryGetValue(target, out Answer<T?> answer) && _clock.GetElapsedTime(answer.Time) < _maxAge;
        value = found ? answer.Value : null;
        return found;
    }

    private readonly record struct Answer<T>(T Value, long Time);
}

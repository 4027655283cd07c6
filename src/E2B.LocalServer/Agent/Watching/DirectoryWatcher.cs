using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Files;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;

namespace E2B.LocalServer.Agent.Watching;

/// <summary>Changes in a directory, and below it if wanted, by inotify(7).</summary>
internal sealed class DirectoryWatcher : IPollTarget, IDisposable
{
    // So many changes may wait to be taken. After that the watcher fails rather than hide that it lost some.
    private const int MaxWaiting = 65_536;
    private const int HeaderLength = 16;

    // In the daemon's words, which clients may look for.
    private const string Overflow = "fsnotify: queue or buffer overflow";

    private readonly Lock _gate = new();
    private readonly Poller _poller;
    private readonly string _root;
    private readonly bool _recursive;
    private readonly bool _withEntry;
    private readonly Dictionary<int, string> _directories = [];
    private readonly Channel<FilesystemEvent?> _changes = Channel.CreateBounded<FilesystemEvent?>(MaxWaiting);
    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly ulong _id;
    private EntryReader _reader = new();
    private int _inotify;

    /// <summary>Watches from now on.</summary>
    /// <exception cref="RpcException">The directory cannot be watched.</exception>
    public DirectoryWatcher(Poller poller, string root, bool recursive, bool withEntry)
    {
        (_poller, _root, _recursive, _withEntry) = (poller, SandboxPaths.Clean(root), recursive, withEntry);
        _inotify = Libc.InotifyCreate(Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        if (_inotify < 0)
        {
            throw new RpcException(ConnectCode.Internal, "error creating watcher: " + UnixException.Last("inotify_init").Message);
        }

        _id = poller.Register(this);
        try
        {
            Add(_root, announce: false, isRoot: true);
            poller.Arm(_id, _inotify, write: false, first: true);
        }
        catch (UnixException e)
        {
            Dispose();
            throw new RpcException(ConnectCode.Internal, $"error adding path {root} to watcher: {e.Message}");
        }
    }

    /// <summary>
    /// What has happened; <see langword="null"/> is a sign of life. Ends with an exception when changes were lost.
    /// </summary>
    public ChannelReader<FilesystemEvent?> Changes => _changes.Reader;

    /// <summary>Why there are no more changes; <see langword="null"/> while there may be.</summary>
    public RpcException? Failure { get; private set; }

    public void AddKeepalive() => _changes.Writer.TryWrite(null);

    /// <summary>The poller's thread serves everybody: looking into directories is left to another.</summary>
    public void OnReady(Span<byte> scratch) => ThreadPool.UnsafeQueueUserWorkItem(static watcher => watcher.Drain(), this, preferLocal: false);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_inotify >= 0)
            {
                _poller.Remove(_id, _inotify);
                _ = Libc.Close(_inotify);
                _inotify = -1;
            }

            _changes.Writer.TryComplete();
        }
    }

    private void Drain()
    {
        lock (_gate)
        {
            try
            {
                while (_inotify >= 0)
                {
                    int count = Descriptors.Read(_inotify, _buffer);
                    if (count == -Errno.Again)
                    {
                        _poller.Arm(_id, _inotify, write: false, first: false);
                        return;
                    }

                    if (count <= 0)
                    {
                        throw new UnixException("read", null, -count);
                    }

                    // It remembers the names of users: not for ever, but for as long as this takes.
                    _reader = new EntryReader();
                    Handle(_buffer.AsSpan(0, count));
                }
            }
            catch (Exception e)
            {
                Failure = new RpcException(ConnectCode.Internal, "watcher error: " + e.Message);
                _changes.Writer.TryComplete(Failure);
            }
        }
    }

    private void Handle(ReadOnlySpan<byte> events)
    {
        while (events.Length >= HeaderLength)
        {
            int watch = MemoryMarshal.Read<int>(events);
            var mask = (InotifyMask)MemoryMarshal.Read<uint>(events[4..]);
            int length = MemoryMarshal.Read<int>(events[12..]);
            ReadOnlySpan<byte> name = events.Slice(HeaderLength, length);
            int end = name.IndexOf((byte)0);
            HandleOne(watch, mask, Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
            events = events[(HeaderLength + length)..];
        }
    }

    private void HandleOne(int watch, InotifyMask mask, string name)
    {
        if (mask.HasFlag(InotifyMask.Overflow))
        {
            throw new IOException(Overflow);
        }

        if (!_directories.TryGetValue(watch, out string? directory))
        {
            return;
        }

        if (mask.HasFlag(InotifyMask.Ignored))
        {
            _directories.Remove(watch);
            return;
        }

        // A directory below the root is told of by the one above it, too.
        if ((mask & (InotifyMask.DeleteSelf | InotifyMask.MoveSelf)) != 0 && directory != _root)
        {
            return;
        }

        string path = name.Length == 0 ? directory : Join(directory, name);
        bool isDirectory = mask.HasFlag(InotifyMask.IsDirectory);
        Tell(path, mask);
        if (mask.HasFlag(InotifyMask.MoveSelf))
        {
            // Nobody says where it went: what happens there is no longer told.
            Forget(_root);
            return;
        }

        if (!_recursive || !isDirectory)
        {
            return;
        }

        if ((mask & InotifyMask.MovedFrom) != 0)
        {
            Forget(path);
        }
        else if ((mask & (InotifyMask.Create | InotifyMask.MovedTo)) != 0)
        {
            Add(path, announce: true, isRoot: false);
        }
    }

    private void Tell(string path, InotifyMask mask)
    {
        if ((mask & (InotifyMask.Create | InotifyMask.MovedTo)) != 0)
        {
            Tell(path, EventType.Create);
        }

        if ((mask & (InotifyMask.MovedFrom | InotifyMask.MoveSelf)) != 0)
        {
            Tell(path, EventType.Rename);
        }

        if ((mask & InotifyMask.Attributes) != 0)
        {
            Tell(path, EventType.Chmod);
        }

        if ((mask & InotifyMask.Modify) != 0)
        {
            Tell(path, EventType.Write);
        }

        if ((mask & (InotifyMask.Delete | InotifyMask.DeleteSelf)) != 0)
        {
            Tell(path, EventType.Remove);
        }
    }

    private void Tell(string path, EventType type)
    {
        var change = new FilesystemEvent { Name = path == _root ? "." : path[(_root.TrimEnd('/').Length + 1)..], Type = type };
        if (_withEntry && (type is EventType.Create or EventType.Write or EventType.Chmod))
        {
            change.Entry = TryRead(path);
        }

        if (!_changes.Writer.TryWrite(change))
        {
            throw new IOException(Overflow);
        }
    }

    private EntryInfo? TryRead(string path)
    {
        try
        {
            return _reader.Read(path);
        }
        catch (RpcException)
        {
            // Gone already: then the change alone is told.
            return null;
        }
    }

    /// <summary>
    /// Watches a directory and, if all below is wanted, those in it. In a new directory something may have been
    /// made before it was watched: that is announced here.
    /// </summary>
    private void Add(string directory, bool announce, bool isRoot)
    {
        int watch = Libc.InotifyAdd(_inotify, directory, (uint)(InotifyMask.Wanted | InotifyMask.DirectoriesOnly));
        if (watch < 0)
        {
            int error = Errno.Last;

            // Below the root directories come and go.
            if (!isRoot && (error is Errno.NoEntry or Errno.NotDirectory))
            {
                return;
            }

            throw new UnixException("inotify_add_watch", directory, error);
        }

        _directories[watch] = directory;
        if (!_recursive)
        {
            return;
        }

        var entries = new List<(string Path, bool IsDirectory)>();
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 }))
            {
                entries.Add((Join(directory, entry.Name), entry is DirectoryInfo && entry.LinkTarget is null));
            }
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        foreach ((string path, bool isDirectory) in entries)
        {
            if (announce)
            {
                Tell(path, EventType.Create);
            }

            if (isDirectory)
            {
                Add(path, announce, isRoot: false);
            }
        }
    }

    private void Forget(string directory)
    {
        foreach ((int watch, string path) in _directories.ToList())
        {
            if (path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal))
            {
                _directories.Remove(watch);
                _ = Libc.InotifyRemove(_inotify, watch);
            }
        }
    }

    private static string Join(string directory, string name) => directory.EndsWith('/') ? directory + name : directory + "/" + name;
}

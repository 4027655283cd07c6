using System.Diagnostics;
using E2B.Errors;
using E2B.Files;
using E2B.Protocol.Filesystem;
using E2B.Recovery;
using E2B.Transport;

namespace E2B.Watching;

/// <summary>The calls about watching, and what has to be known before them.</summary>
internal sealed class WatchClient(Sandbox sandbox)
{
    private const string Service = "/filesystem.Filesystem/";

    /// <summary>How long a watcher that was given up before it was known is still waited for, to be removed.</summary>
    private static readonly TimeSpan _abandonLimit = TimeSpan.FromSeconds(2);

    private DaemonClient Daemon => sandbox.Daemon;

    private TimeSpan LimitGrace => sandbox.Client.Connection.Timing.LimitGrace;

    /// <summary>Watches a directory by a stream; returns when it is watched.</summary>
    public async Task<DirectoryWatch> OpenAsync(string path, WatchOptions options, CancellationToken cancellationToken)
    {
        TimeSpan? limit = LimitOf(options);
        WatchedDirectory directory = await FindAsync(path, options, cancellationToken).ConfigureAwait(false);
        var request = new WatchDirRequest
        {
            Path = directory.Path,
            Recursive = options.Recursive,
            IncludeEntry = options.IncludeEntry,
            AllowNetworkMounts = options.AllowNetworkMounts,
        };
        DaemonCall call = About("WatchDir", directory, options);
        long startedAt = Stopwatch.GetTimestamp();
        MessageStream<WatchDirResponse> stream =
            await OpenStreamAsync(call, request, limit + LimitGrace, cancellationToken).ConfigureAwait(false);
        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        var followed = new Followed
        {
            Context = Daemon.ContextOf(endpoint, call) with
            {
                AfterBreak = "Watch the directory again, and look through it: changes may have been missed.",
            },
            Limit = limit,
            StartedAt = startedAt,
        };
        DaemonCall again = call with { RequestTimeout = sandbox.Client.Connection.Timing.AttemptLimit };
        var events = new WatchEvents(
            sandbox, directory, stream, followed, (left, token) => OpenStreamAsync(again, request, left, token));
        return new DirectoryWatch(sandbox.SandboxId, directory.Path, events);
    }

    /// <summary>Makes a watcher that is asked for its events.</summary>
    public async Task<PolledDirectoryWatcher> CreateAsync(string path, WatchOptions options, CancellationToken cancellationToken)
    {
        WatchedDirectory directory = await FindAsync(path, options, cancellationToken).ConfigureAwait(false);
        var request = new CreateWatcherRequest
        {
            Path = directory.Path,
            Recursive = options.Recursive,
            IncludeEntry = options.IncludeEntry,
            AllowNetworkMounts = options.AllowNetworkMounts,
        };
        string id = await CreateWatcherAsync(request, directory, options, cancellationToken).ConfigureAwait(false);
        return new PolledDirectoryWatcher(
            this, sandbox.SandboxId, directory, options, id, token => CreateWatcherAsync(request, directory, options, token));
    }

    /// <summary>Takes the events that a watcher has collected.</summary>
    public async Task<IReadOnlyList<FilesystemEvent>> GetEventsAsync(
        string id, WatchedDirectory directory, WatchOptions options, CancellationToken cancellationToken)
    {
        // Never repeated: an answer that was lost on the way took its events with it.
        DaemonCall call = About("GetWatcherEvents", directory, options) with { Missing = Missing.Something };
        var request = new GetWatcherEventsRequest { WatcherId = id };
        return (await Daemon.CallAsync<GetWatcherEventsResponse>(call, request, cancellationToken).ConfigureAwait(false)).Events;
    }

    /// <summary>Removes a watcher.</summary>
    /// <returns><see langword="false"/> when it is not there any more.</returns>
    public async Task<bool> RemoveAsync(string id, WatchedDirectory directory, WatchOptions options, CancellationToken cancellationToken)
    {
        DaemonCall call = About("RemoveWatcher", directory, options) with { Missing = Missing.Something, Action = $"end the watch of '{directory.Path}'" };
        try
        {
            await Daemon.CallAsync<RemoveWatcherResponse>(call, new RemoveWatcherRequest { WatcherId = id }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (E2BException e) when (e.GetType() == typeof(E2BNotFoundException))
        {
            return false;
        }
    }

    private static DaemonCall About(string method, WatchedDirectory directory, WatchOptions options) => new(
        Service + method, $"watch '{directory.Path}'", Missing.File, directory.Path, options.User, options.RequestTimeout);

    private static TimeSpan? LimitOf(WatchOptions options)
    {
        TimeSpan timeout = options.Timeout ?? FilesClient.DefaultWatchTimeout;
        if (timeout < TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException("A watch's Timeout cannot be negative; zero means no limit.");
        }

        return timeout == TimeSpan.Zero ? null : timeout;
    }

    private async Task<string> CreateWatcherAsync(
        CreateWatcherRequest request, WatchedDirectory directory, WatchOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var abandon = new CancellationTokenSource();
        Task<CreateWatcherResponse> creating =
            Daemon.CallAsync<CreateWatcherResponse>(About("CreateWatcher", directory, options), request, abandon.Token);
        try
        {
            return (await creating.WaitAsync(cancellationToken).ConfigureAwait(false)).WatcherId;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            abandon.CancelAfter(_abandonLimit);
            await RemoveAbandonedAsync(creating, directory, options, abandon.Token).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A watcher whose id nobody has would collect events as long as the sandbox lives.</summary>
    private async Task RemoveAbandonedAsync(
        Task<CreateWatcherResponse> creating, WatchedDirectory directory, WatchOptions options, CancellationToken limit)
    {
        try
        {
            CreateWatcherResponse made = await creating.ConfigureAwait(false);
            await RemoveAsync(made.WatcherId, directory, options, limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It was not made, or not in time.
        }
    }

    private async Task<MessageStream<WatchDirResponse>> OpenStreamAsync(
        DaemonCall call, WatchDirRequest request, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        (MessageStream<WatchDirResponse> stream, WatchDirResponse first) =
            await Daemon.OpenStreamAsync<WatchDirResponse>(call, request, lifetime, cancellationToken).ConfigureAwait(false);
        if (first.EventCase == WatchDirResponse.EventOneofCase.Start)
        {
            return stream;
        }

        stream.Dispose();
        throw new E2BProtocolException($"Could not {call.Action}: the daemon did not say that it watches.") { SandboxId = sandbox.SandboxId };
    }

    /// <summary>Checks what the daemon can do, and finds the directory's absolute path, which the daemon's events do not tell.</summary>
    private async Task<WatchedDirectory> FindAsync(string path, WatchOptions options, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new E2BInvalidArgumentException("The path is empty.");
        }

        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        Require(!options.Recursive || endpoint.Version.WatchesRecursively, endpoint, "directories are watched recursively from 0.1.4 on");
        Require(!options.IncludeEntry || endpoint.Version.TellsWatchedEntries, endpoint, "entries come with events from 0.6.3 on");
        Require(!options.AllowNetworkMounts || endpoint.Version.WatchesNetworkMounts, endpoint, "network mounts are watched from 0.6.4 on");
        if (!path.StartsWith('/'))
        {
            var look = new SandboxFileOptions { User = options.User, RequestTimeout = options.RequestTimeout };
            path = (await sandbox.Files.GetInfoAsync(path, look, cancellationToken).ConfigureAwait(false)).Path;
        }

        return new WatchedDirectory(sandbox.SandboxId, PosixPath.Clean(path), Daemon.Clock);
    }

    private void Require(bool offered, DaemonEndpoint endpoint, string what)
    {
        if (!offered)
        {
            throw new E2BTemplateException(
                $"The daemon in the sandbox {sandbox.SandboxId} has version {endpoint.Version.Text}, and {what}. Build the template again.")
            {
                SandboxId = sandbox.SandboxId,
            };
        }
    }
}

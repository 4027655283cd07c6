using System.Collections.Concurrent;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Files;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;

namespace E2B.LocalServer.Agent.Watching;

/// <summary>The watchers of the service <c>filesystem.Filesystem</c>: as a stream, and for clients that poll.</summary>
internal sealed class WatchService(Poller poller)
{
    private readonly ConcurrentDictionary<string, DirectoryWatcher> _watchers = new(StringComparer.Ordinal);

    public void Register(RpcRouter router)
    {
        router.ServerStream<WatchDirRequest>(FilesystemService.Prefix + "WatchDir", WatchAsync);
        router.Unary<CreateWatcherRequest, CreateWatcherResponse>(FilesystemService.Prefix + "CreateWatcher", (context, request) =>
            Task.FromResult(Create(context, request)));
        router.Unary<GetWatcherEventsRequest, GetWatcherEventsResponse>(FilesystemService.Prefix + "GetWatcherEvents", (_, request) =>
            Task.FromResult(GetEvents(request)));
        router.Unary<RemoveWatcherRequest, RemoveWatcherResponse>(FilesystemService.Prefix + "RemoveWatcher", (_, request) =>
            Task.FromResult(Remove(request)));
    }

    private async Task WatchAsync(RpcContext context, WatchDirRequest request, MessageStream stream)
    {
        string path = Check(context.Resolve(request.Path), request.AllowNetworkMounts);
        using var watcher = new DirectoryWatcher(poller, path, request.Recursive, request.IncludeEntry);
        stream.Write(new WatchDirResponse { Start = new WatchDirResponse.Types.StartEvent() });
        await stream.FlushAsync();
        await using var ticker = new Timer(_ => watcher.AddKeepalive(), null, context.Keepalive, context.Keepalive);
        while (await watcher.Changes.WaitToReadAsync(context.Ended))
        {
            while (watcher.Changes.TryRead(out FilesystemEvent? change))
            {
                stream.Write(change is null
                    ? new WatchDirResponse { Keepalive = new WatchDirResponse.Types.KeepAlive() }
                    : new WatchDirResponse { Filesystem = change });
                if (stream.IsFull)
                {
                    await stream.FlushAsync();
                }
            }

            await stream.FlushAsync();
        }
    }

    private CreateWatcherResponse Create(RpcContext context, CreateWatcherRequest request)
    {
        string path = Check(context.Resolve(request.Path), request.AllowNetworkMounts);
        string id = "w" + Guid.NewGuid().ToString("N");
        _watchers[id] = new DirectoryWatcher(poller, path, request.Recursive, request.IncludeEntry);
        return new CreateWatcherResponse { WatcherId = id };
    }

    private GetWatcherEventsResponse GetEvents(GetWatcherEventsRequest request)
    {
        DirectoryWatcher watcher = _watchers.GetValueOrDefault(request.WatcherId) ?? throw NotFound(request.WatcherId);

        // A watcher that has lost changes says so at once, and gives no more of them.
        if (watcher.Failure is { } failure)
        {
            throw failure;
        }

        var response = new GetWatcherEventsResponse();
        while (watcher.Changes.TryRead(out FilesystemEvent? change))
        {
            response.Events.Add(change);
        }

        return response;
    }

    private RemoveWatcherResponse Remove(RemoveWatcherRequest request)
    {
        if (!_watchers.TryRemove(request.WatcherId, out DirectoryWatcher? watcher))
        {
            throw NotFound(request.WatcherId);
        }

        watcher.Dispose();
        return new RemoveWatcherResponse();
    }

    private static string Check(string path, bool allowNetworkMounts)
    {
        int error = FileStatus.Get(path, follow: true, out FileStatus status);
        if (error != 0)
        {
            string what = new UnixException("stat", path, error).Message;
            throw error == Errno.NoEntry
                ? new RpcException(ConnectCode.NotFound, $"path {path} not found: {what}")
                : new RpcException(ConnectCode.Internal, $"error statting path {path}: {what}");
        }

        if (!status.IsDirectory)
        {
            throw new RpcException(ConnectCode.InvalidArgument, $"path {path} not a directory");
        }

        return allowNetworkMounts || !IsOnNetwork(path)
            ? path
            : throw new RpcException(ConnectCode.InvalidArgument, $"cannot watch path on network filesystem: {path}");
    }

    private static unsafe bool IsOnNetwork(string path)
    {
        long* kind = stackalloc long[32];
        if (Libc.FileSystemKind(path, kind) != 0)
        {
            throw new RpcException(ConnectCode.Internal, "error checking mount status: " + UnixException.Last("statfs", path).Message);
        }

        // NFS, CIFS, SMB, SMB 2, FUSE.
        return (uint)kind[0] is 0x6969 or 0xFF534D42 or 0x517B or 0xFE534D42 or 0x65735546;
    }

    private static RpcException NotFound(string id) => new(ConnectCode.NotFound, $"watcher with id {id} not found");
}

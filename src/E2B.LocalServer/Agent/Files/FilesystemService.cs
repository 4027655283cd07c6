using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;

namespace E2B.LocalServer.Agent.Files;

/// <summary>The service <c>filesystem.Filesystem</c> without its watchers.</summary>
internal static class FilesystemService
{
    public const string Prefix = "/filesystem.Filesystem/";

    public static void Register(RpcRouter router)
    {
        router.Unary<StatRequest, StatResponse>(Prefix + "Stat", (context, request) =>
            Task.FromResult(new StatResponse { Entry = new EntryReader().Read(context.Resolve(request.Path)) }));
        router.Unary<ListDirRequest, ListDirResponse>(Prefix + "ListDir", (context, request) => Task.FromResult(ListDir(context, request)));
        router.Unary<MakeDirRequest, MakeDirResponse>(Prefix + "MakeDir", (context, request) => Task.FromResult(MakeDir(context, request)));
        router.Unary<MoveRequest, MoveResponse>(Prefix + "Move", (context, request) => Task.FromResult(Move(context, request)));
        router.Unary<RemoveRequest, RemoveResponse>(Prefix + "Remove", (context, request) => Task.FromResult(Remove(context, request)));
    }

    private static ListDirResponse ListDir(RpcContext context, ListDirRequest request)
    {
        string path = context.Resolve(request.Path);
        string real = EntryReader.RealPath(path, out int error) ?? throw (error switch
        {
            Errno.NoEntry => new RpcException(ConnectCode.NotFound, "path not found: " + new UnixException("lstat", path, error).Message),
            Errno.TooManyLinks => new RpcException(ConnectCode.FailedPrecondition, $"cyclic symlink or chain >255 links at \"{path}\""),
            _ => new RpcException(ConnectCode.Internal, "error resolving symlink: " + new UnixException("lstat", path, error).Message),
        });
        if (FileStatus.Get(real, follow: true, out FileStatus status) == 0 && !status.IsDirectory)
        {
            throw new RpcException(ConnectCode.InvalidArgument, $"path is not a directory: {real}");
        }

        var response = new ListDirResponse();
        AddEntries(response, new EntryReader(), SandboxPaths.Clean(path), real, Math.Max(1, request.Depth));
        return response;
    }

    /// <summary>Adds what is in <paramref name="real"/>, under the path by which the caller knows it.</summary>
    private static void AddEntries(ListDirResponse response, EntryReader reader, string shown, string real, uint depth)
    {
        string[] names;
        try
        {
            names = [.. Directory.EnumerateFileSystemEntries(real, "*", new EnumerationOptions
            {
                AttributesToSkip = 0,
                IgnoreInaccessible = false,
                MatchType = MatchType.Simple,
            }).Select(SandboxPaths.Name)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RpcException(ConnectCode.Internal, $"error reading directory {real}: {e.Message}");
        }

        Array.Sort(names, string.CompareOrdinal);
        foreach (string name in names)
        {
            string path = Join(real, name);
            EntryInfo entry;
            try
            {
                entry = reader.Read(path);
            }
            catch (RpcException e) when (e.Code == ConnectCode.NotFound)
            {
                // Gone since the names were read.
                continue;
            }

            entry.Path = Join(shown, name);
            response.Entries.Add(entry);
            if (depth > 1 && entry.Type == FileType.Directory && !entry.HasSymlinkTarget)
            {
                AddEntries(response, reader, entry.Path, path, depth - 1);
            }
        }
    }

    private static MakeDirResponse MakeDir(RpcContext context, MakeDirRequest request)
    {
        string path = context.Resolve(request.Path);
        int error = FileStatus.Get(path, follow: true, out FileStatus status);
        if (error == 0)
        {
            throw status.IsDirectory
                ? new RpcException(ConnectCode.AlreadyExists, $"directory already exists: {path}")
                : new RpcException(ConnectCode.InvalidArgument, $"path already exists but it is not a directory: {path}");
        }

        if (error != Errno.NoEntry)
        {
            throw new RpcException(ConnectCode.Internal, "error getting file info: " + new UnixException("stat", path, error).Message);
        }

        Directories.Ensure(path, context.User);
        return new MakeDirResponse { Entry = new EntryReader().Read(path) };
    }

    private static MoveResponse Move(RpcContext context, MoveRequest request)
    {
        string source = context.Resolve(request.Source);
        string destination = context.Resolve(request.Destination);
        Directories.Ensure(SandboxPaths.Parent(destination), context.User);
        int error = Rename(source, destination);
        if (error != 0)
        {
            string what = new UnixException("rename", $"{source} {destination}", error).Message;
            throw error == Errno.NoEntry
                ? new RpcException(ConnectCode.NotFound, "source file not found: " + what)
                : new RpcException(ConnectCode.Internal, "error renaming: " + what);
        }

        return new MoveResponse { Entry = new EntryReader().Read(destination) };
    }

    /// <summary>The daemon moves nothing onto a directory that is there, not even onto an empty one.</summary>
    /// <returns>0, or the error's number.</returns>
    private static int Rename(string source, string destination)
    {
        if (FileStatus.Get(destination, follow: false, out FileStatus there) == 0 && there.IsDirectory)
        {
            int error = FileStatus.Get(source, follow: false, out _);
            return error != 0 ? error : Errno.Exists;
        }

        return Libc.Rename(source, destination) == 0 ? 0 : Errno.Last;
    }

    private static RemoveResponse Remove(RpcContext context, RemoveRequest request)
    {
        string path = context.Resolve(request.Path);
        try
        {
            TreeRemoval.Remove(path);
        }
        catch (UnixException e)
        {
            throw new RpcException(ConnectCode.Internal, "error removing file or directory: " + e.Message);
        }

        return new RemoveResponse();
    }

    private static string Join(string directory, string name) => directory == "/" ? "/" + name : directory + "/" + name;
}

using E2B.Errors;
using E2B.Files;
using E2B.Protocol.Filesystem;
using E2B.Transport;
using Google.Protobuf;

namespace E2B;

public sealed partial class FilesClient
{
    private const string Service = "/filesystem.Filesystem/";

    /// <summary>What there is at a path; of a symbolic link, the link itself.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is nothing.</exception>
    public async Task<SandboxEntry> GetInfoAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        StatResponse answer = await CallAsync<StatResponse>(
            "Stat", $"look at '{path}'", path, new StatRequest { Path = FileAddress.Require(path) }, options, Repeat.Safe, cancellationToken)
            .ConfigureAwait(false);
        return ToEntry(answer.Entry, path);
    }

    /// <summary>Lists a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="depth">Levels below it, 1 or more.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no directory.</exception>
    public async Task<IReadOnlyList<SandboxEntry>> ListAsync(
        string path, int depth = 1, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (depth < 1)
        {
            throw new E2BInvalidArgumentException("The depth of a listing is at least 1.");
        }

        var request = new ListDirRequest { Path = FileAddress.Require(path), Depth = (uint)depth };
        ListDirResponse answer = await CallAsync<ListDirResponse>(
            "ListDir", $"list '{path}'", path, request, options, Repeat.Safe, cancellationToken).ConfigureAwait(false);
        return answer.Entries.Select(entry => FileModels.ToEntry(_sandbox.SandboxId, entry)).ToList();
    }

    /// <summary>Whether there is anything at a path.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> ExistsAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await GetInfoAsync(path, options, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SandboxFileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Makes a directory and its parents.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was there already.</returns>
    public async Task<bool> MakeDirectoryAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await CallAsync<MakeDirResponse>(
                "MakeDir", $"make the directory '{path}'", path, new MakeDirRequest { Path = FileAddress.Require(path) }, options, Repeat.Unsent, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (E2BConflictException)
        {
            return false;
        }
    }

    /// <summary>Moves or renames an entry.</summary>
    /// <param name="source">The entry.</param>
    /// <param name="destination">Its new path.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is nothing at <paramref name="source"/>.</exception>
    public async Task<SandboxEntry> MoveAsync(
        string source, string destination, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new MoveRequest { Source = FileAddress.Require(source), Destination = FileAddress.Require(destination) };
        MoveResponse answer = await CallAsync<MoveResponse>(
            "Move", $"move '{source}' to '{destination}'", source, request, options, Repeat.Unsent, cancellationToken).ConfigureAwait(false);
        return ToEntry(answer.Entry, destination);
    }

    /// <summary>Removes an entry, a directory with all it holds. What is not there is no error.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up. A part may have been removed.</param>
    public Task RemoveAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<RemoveResponse>(
            "Remove", $"remove '{path}'", path, new RemoveRequest { Path = FileAddress.Require(path) }, options, Repeat.Unsent, cancellationToken);

    private Task<TResponse> CallAsync<TResponse>(
        string method,
        string action,
        string path,
        IMessage request,
        SandboxFileOptions? options,
        Repeat repeat,
        CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>, new() => Daemon.CallAsync<TResponse>(
            new DaemonCall(Service + method, action, Missing.File, path, options?.User, options?.RequestTimeout, repeat),
            request,
            cancellationToken);

    private SandboxEntry ToEntry(EntryInfo? entry, string path) => entry is not null
        ? FileModels.ToEntry(_sandbox.SandboxId, entry)
        : throw new E2BProtocolException($"The daemon answered about '{path}' without saying what is there.") { SandboxId = _sandbox.SandboxId };
}

using System.Text;
using System.Text.Json;
using E2B.Errors;
using E2B.Files;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using E2B.Protocol.Rest;
using E2B.Transport;
using Google.Protobuf;

namespace E2B;

/// <summary>Files and directories in a sandbox. Paths are POSIX; a relative one starts from the user's home.</summary>
/// <remarks>
/// Every method can throw <see cref="E2BAuthenticationException"/> (the access token), <see cref="SandboxUserNotFoundException"/>,
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed partial class FilesClient
{
    private const string Service = "/filesystem.Filesystem/";

    private readonly Sandbox _sandbox;

    internal FilesClient(Sandbox sandbox) => _sandbox = sandbox;

    private DaemonClient Daemon => _sandbox.Daemon;

    /// <summary>Opens a file for reading. Its content is fetched as it is read, from the start and once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, and the time limit: until the content starts, and for each read after that.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <returns>The content. Dispose of it.</returns>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is a directory.</exception>
    public async Task<Stream> OpenReadAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        (HttpResponseMessage response, CallContext context) = await GetAsync(path, options, cancellationToken).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new DownloadStream(Daemon, context, options?.RequestTimeout, response, body);
    }

    /// <summary>Reads a file as UTF-8 text. A byte order mark is not part of it; invalid bytes become U+FFFD.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    public async Task<string> ReadTextAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        byte[] bytes = await ReadBytesAsync(path, options, cancellationToken).ConfigureAwait(false);
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        return Encoding.UTF8.GetString(bytes.AsSpan(bytes.AsSpan().StartsWith(mark) ? mark.Length : 0));
    }

    /// <summary>Reads a file's bytes, up to 2 GiB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is a directory, or too large.</exception>
    public async Task<byte[]> ReadBytesAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        (HttpResponseMessage response, CallContext context) = await GetAsync(path, options, cancellationToken).ConfigureAwait(false);
        long? length = response.Content.Headers.ContentLength;
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var content = new DownloadStream(Daemon, context, options?.RequestTimeout, response, body);
        await using (content.ConfigureAwait(false))
        {
            if (length is { } known)
            {
                if (known > Array.MaxLength)
                {
                    throw new E2BInvalidArgumentException(
                        $"The file '{path}' has {known} bytes and cannot be read at once. Open it and read it in pieces (OpenReadAsync).")
                    {
                        SandboxId = _sandbox.SandboxId,
                    };
                }

                byte[] whole = GC.AllocateUninitializedArray<byte>((int)known);
                await content.ReadExactlyAsync(whole, cancellationToken).ConfigureAwait(false);
                return whole;
            }

            using var collected = new MemoryStream();
            await content.CopyToAsync(collected, cancellationToken).ConfigureAwait(false);
            return collected.ToArray();
        }
    }

    /// <summary>Writes a file from a stream, replacing what was there; directories on the way are made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">From its present position to its end. It is not disposed of.</param>
    /// <param name="options">As whom, metadata, and the time limit: how long the network may stand still. Reading <paramref name="content"/> does not count.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public async Task<SandboxEntry> WriteAsync(
        string path, Stream content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        RequirePath(path);
        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        CheckMetadata(endpoint, options?.Metadata);
        var call = new DaemonCall(FilesPath(endpoint, path, options), $"write the file '{path}'", Missing.File, path, options?.User);
        using var scope = new CallScope(Daemon.ContextOf(endpoint, call), options?.RequestTimeout, cancellationToken);
        using var upload = new UploadContent(content, scope);
        try
        {
            using HttpResponseMessage response = await Daemon.SendAsync(
                scope,
                Repeat.Unsent,
                (endpoint, call, upload, path, options?.Metadata),
                static s => NewUpload(s.endpoint, s.call.Method, s.upload, s.path, s.Metadata)).ConfigureAwait(false);
            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return JsonSerializer.Deserialize(body.Span, RestJson.Default.IReadOnlyListWrittenFileModel) is [{ } written, ..]
                ? FileModels.ToEntry(_sandbox.SandboxId, written, upload.Sent)
                : throw new FramingException("It says nothing about the file written.");
        }
        catch (JsonException e)
        {
            throw ErrorMapper.FromFraming(scope.Context, new FramingException($"The body is not the JSON expected: {e.Message}", e));
        }
        catch (Exception) when (upload.SourceFailure is not null)
        {
            upload.SourceFailure.Throw();
            throw;
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw await Daemon.TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a file from bytes, replacing what was there; directories on the way are made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="options">As whom, metadata, and the time limit.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public async Task<SandboxEntry> WriteAsync(
        string path, ReadOnlyMemory<byte> content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(content, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
        return await WriteAsync(path, stream, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a file from text, as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The text.</param>
    /// <param name="options">As whom, metadata, and the time limit.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public Task<SandboxEntry> WriteTextAsync(
        string path, string content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(path, Encoding.UTF8.GetBytes(content), options, cancellationToken);

    /// <summary>What there is at a path; of a symbolic link, the link itself.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="options">As whom, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is nothing.</exception>
    public async Task<SandboxEntry> GetInfoAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        StatResponse answer = await CallAsync<StatResponse>(
            "Stat", $"look at '{path}'", path, new StatRequest { Path = RequirePath(path) }, options, Repeat.Safe, cancellationToken)
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

        var request = new ListDirRequest { Path = RequirePath(path), Depth = (uint)depth };
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
                "MakeDir", $"make the directory '{path}'", path, new MakeDirRequest { Path = RequirePath(path) }, options, Repeat.Unsent, cancellationToken)
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
        var request = new MoveRequest { Source = RequirePath(source), Destination = RequirePath(destination) };
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
            "Remove", $"remove '{path}'", path, new RemoveRequest { Path = RequirePath(path) }, options, Repeat.Unsent, cancellationToken);

    private static string RequirePath(string path) => string.IsNullOrEmpty(path)
        ? throw new E2BInvalidArgumentException("The path is empty.")
        : path;

    private static string FilesPath(DaemonEndpoint endpoint, string path, SandboxFileOptions? options)
    {
        string query = "/files?path=" + Uri.EscapeDataString(path);
        return endpoint.UserForQuery(options?.User) is { } user ? query + "&username=" + Uri.EscapeDataString(user) : query;
    }

    private static HttpRequestMessage NewUpload(
        DaemonEndpoint endpoint, string target, UploadContent upload, string path, IReadOnlyDictionary<string, string>? metadata)
    {
        HttpRequestMessage request = endpoint.NewRequest(HttpMethod.Post, target);
        if (endpoint.Version.TakesRawUpload)
        {
            request.Content = upload;
            upload.Headers.ContentType = new("application/octet-stream");
        }
        else
        {
            request.Content = new MultipartFormDataContent { { upload, "file", path } };
        }

        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
        {
            request.Headers.TryAddWithoutValidation(Protocol.E2BHeaders.MetadataPrefix + key, value);
        }

        return request;
    }

    private async Task<(HttpResponseMessage Response, CallContext Context)> GetAsync(
        string path, SandboxFileOptions? options, CancellationToken cancellationToken)
    {
        RequirePath(path);
        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        var call = new DaemonCall(FilesPath(endpoint, path, options), $"read the file '{path}'", Missing.File, path, options?.User);
        using var scope = new CallScope(Daemon.ContextOf(endpoint, call), options?.RequestTimeout, cancellationToken);
        HttpResponseMessage response = await Daemon.SendAsync(
            scope, Repeat.Safe, (endpoint, call), static s => s.endpoint.NewRequest(HttpMethod.Get, s.call.Method)).ConfigureAwait(false);
        return (response, scope.Context);
    }

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

    private void CheckMetadata(DaemonEndpoint endpoint, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        if (!endpoint.Version.KeepsFileMetadata)
        {
            throw new E2BTemplateException(
                $"The daemon in the sandbox {_sandbox.SandboxId} has version {endpoint.Version.Text}, and metadata is kept with files from 0.6.2 on. Build the template again.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }

        FileMetadata.Check(metadata);
    }
}

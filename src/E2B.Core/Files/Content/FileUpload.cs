using System.Net.Http.Headers;
using System.Text.Json;
using E2B.Errors;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Rest;
using E2B.Transport;

namespace E2B.Files;

/// <summary>Sends content to be written. One object serves any number of files, several at once.</summary>
internal sealed class FileUpload
{
    private const string Field = "file";

    private static readonly MediaTypeHeaderValue _rawType = new("application/octet-stream");

    private readonly DaemonClient _daemon;
    private readonly DaemonEndpoint _endpoint;
    private readonly SandboxFileOptions? _options;

    private FileUpload(DaemonClient daemon, DaemonEndpoint endpoint, SandboxFileOptions? options)
    {
        _daemon = daemon;
        _endpoint = endpoint;
        _options = options;
    }

    /// <exception cref="E2BInvalidArgumentException">The metadata cannot be sent.</exception>
    /// <exception cref="E2BTemplateException">The daemon is too old to keep metadata.</exception>
    public static async Task<FileUpload> PrepareAsync(DaemonClient daemon, SandboxFileOptions? options, CancellationToken cancellationToken)
    {
        DaemonEndpoint endpoint = await daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        FileMetadata.Check(endpoint, options?.Metadata);
        return new FileUpload(daemon, endpoint, options);
    }

    /// <summary>Writes one file.</summary>
    public async Task<SandboxEntry> SendAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        HttpContent InBody(UploadContent upload)
        {
            if (_endpoint.Version.TakesRawUpload)
            {
                upload.Headers.ContentType = _rawType;
                return upload;
            }

            upload.Headers.ContentDisposition = Named(path);
            return new MultipartContent("form-data") { upload };
        }

        var call = new DaemonCall(FileAddress.Of(_endpoint, path, _options?.User), $"write the file '{path}'", Missing.File, path, _options?.User);
        (IReadOnlyList<WrittenFileModel> written, long sent) = await SendAsync(call, content, InBody, expected: 1, cancellationToken).ConfigureAwait(false);
        return FileModels.ToEntry(_endpoint.SandboxId, written[0], sent);
    }

    /// <summary>Writes several small files with one request.</summary>
    public async Task<IReadOnlyList<SandboxEntry>> SendAsync(
        IReadOnlyList<(string Path, ReadOnlyMemory<byte> Bytes)> files, CancellationToken cancellationToken)
    {
        using var form = new MultipartContent("form-data");
        foreach ((string path, ReadOnlyMemory<byte> bytes) in files)
        {
            var part = new ReadOnlyMemoryContent(bytes);
            part.Headers.ContentDisposition = Named(path);
            form.Add(part);
        }

        HttpContent InBody(UploadContent upload)
        {
            upload.Headers.ContentType = form.Headers.ContentType;
            return upload;
        }

        Stream body = await form.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var call = new DaemonCall(
            FileAddress.OfMany(_endpoint, _options?.User),
            $"write {files.Count} files, '{files[0].Path}' to '{files[^1].Path}'",
            User: _options?.User);
        (IReadOnlyList<WrittenFileModel> written, _) = await SendAsync(call, body, InBody, files.Count, cancellationToken).ConfigureAwait(false);
        return written.Select((file, i) => FileModels.ToEntry(_endpoint.SandboxId, file, files[i].Bytes.Length)).ToArray();
    }

    /// <summary>The daemon takes the whole name for the path. What a quoted string cannot hold travels in the extended form.</summary>
    private static ContentDispositionHeaderValue Named(string path)
    {
        var disposition = new ContentDispositionHeaderValue("form-data") { Name = Field };
        if (path.AsSpan().ContainsAnyExceptInRange(' ', '~') || path.AsSpan().ContainsAny('"', '\\'))
        {
            disposition.FileNameStar = path;
        }
        else
        {
            disposition.FileName = $"\"{path}\"";
        }

        return disposition;
    }

    private async Task<(IReadOnlyList<WrittenFileModel> Written, long Sent)> SendAsync(
        DaemonCall call, Stream content, Func<UploadContent, HttpContent> inBody, int expected, CancellationToken cancellationToken)
    {
        using var scope = new CallScope(_daemon.ContextOf(_endpoint, call), _options?.RequestTimeout, cancellationToken);
        using var upload = new UploadContent(content, scope, isPacked: _options?.Gzip == true && _endpoint.Version.TakesRawUpload);
        try
        {
            using HttpResponseMessage response = await _daemon.SendAsync(
                scope, Repeat.Unsent, (this, call, Body: inBody(upload)), static s => s.Item1.NewRequest(s.call.Method, s.Body)).ConfigureAwait(false);
            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return JsonSerializer.Deserialize(body.Span, RestJson.Default.IReadOnlyListWrittenFileModel) is { } written && written.Count == expected
                ? (written, upload.Sent)
                : throw new FramingException("It does not say what was written.");
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
            throw await _daemon.TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage NewRequest(string target, HttpContent body)
    {
        HttpRequestMessage request = _endpoint.NewRequest(HttpMethod.Post, target);
        request.Content = body;
        foreach ((string key, string value) in _options?.Metadata ?? new Dictionary<string, string>())
        {
            request.Headers.TryAddWithoutValidation(E2BHeaders.MetadataPrefix + key, value);
        }

        return request;
    }
}

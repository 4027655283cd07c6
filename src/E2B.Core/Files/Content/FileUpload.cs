using System.Text.Json;
using E2B.Errors;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Rest;
using E2B.Transport;

namespace E2B.Files;

/// <summary>Sends content to be written.</summary>
internal static class FileUpload
{
    /// <summary>Writes one file.</summary>
    public static async Task<SandboxEntry> SendAsync(
        DaemonClient daemon, string path, Stream content, SandboxFileOptions? options, CancellationToken cancellationToken)
    {
        FileAddress.Require(path);
        DaemonEndpoint endpoint = await daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        FileMetadata.Check(endpoint, options?.Metadata);
        var call = new DaemonCall(FileAddress.Of(endpoint, path, options?.User), $"write the file '{path}'", Missing.File, path, options?.User);
        using var scope = new CallScope(daemon.ContextOf(endpoint, call), options?.RequestTimeout, cancellationToken);
        using var upload = new UploadContent(content, scope, isPacked: options?.Gzip == true && endpoint.Version.TakesRawUpload);
        try
        {
            using HttpResponseMessage response = await daemon.SendAsync(
                scope,
                Repeat.Unsent,
                (endpoint, call, upload, path, options?.Metadata),
                static s => NewRequest(s.endpoint, s.call.Method, s.upload, s.path, s.Metadata)).ConfigureAwait(false);
            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return JsonSerializer.Deserialize(body.Span, RestJson.Default.IReadOnlyListWrittenFileModel) is [{ } written, ..]
                ? FileModels.ToEntry(endpoint.SandboxId, written, upload.Sent)
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
            throw await daemon.TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage NewRequest(
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
            request.Headers.TryAddWithoutValidation(E2BHeaders.MetadataPrefix + key, value);
        }

        return request;
    }
}

using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Json;
using E2B.LocalServer.Agent.Access;
using E2B.Protocol.Rest;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace E2B.LocalServer.Agent.Files;

/// <summary><c>POST /files</c>.</summary>
internal sealed class UploadEndpoint(AccessControl access, SandboxDefaults defaults)
{
    public async Task HandleAsync(HttpContext http)
    {
        HttpRequest request = http.Request;
        FileQuery query = FileRequests.Authorize(http, access, "write");
        string encoding = request.Headers.ContentEncoding.ToString().Split(';')[0].Trim().ToLowerInvariant();
        if (encoding is not ("" or "identity" or "gzip"))
        {
            throw new HttpFailure(
                StatusCodes.Status400BadRequest,
                $"error decompressing request body: unsupported Content-Encoding: {encoding}, supported: [gzip]");
        }

        bool packed = encoding == "gzip";
        if (packed)
        {
            await RequireGzipAsync(request.BodyReader, http.RequestAborted);
        }

        UserEntry user = FileRequests.FindUser(query.User, defaults);
        SortedDictionary<string, string> metadata = FileMetadata.FromHeaders(request.Headers);
        if (FileMetadata.Check(metadata) is { } problem)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, "invalid metadata: " + problem);
        }

        await using Stream body = packed ? new GZipStream(request.BodyReader.AsStream(), CompressionMode.Decompress) : request.Body;
        var written = new List<WrittenFileModel>();
        _ = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type);
        if (type?.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            if (query.Path is null)
            {
                throw new HttpFailure(StatusCodes.Status400BadRequest, "path query parameter is required for raw body upload");
            }

            string path = Resolve(query.Path, user);
            written.Add(await FileWriter.WriteAsync(path, packed ? body : null, request, user, metadata));
        }
        else if (type?.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) == true)
        {
            await WritePartsAsync(type, body, http, query, user, metadata, written);
        }
        else
        {
            throw new HttpFailure(
                StatusCodes.Status400BadRequest,
                $"unsupported content type: {request.ContentType}, expected multipart/form-data or application/octet-stream");
        }

        // The daemon does not name the type, and what it sends without one counts as text. Clients have got used to that.
        byte[] answer = JsonSerializer.SerializeToUtf8Bytes(written, RestJson.Default.IReadOnlyListWrittenFileModel);
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer, http.RequestAborted);
    }

    /// <summary>Before anything is touched: a file must not be emptied for a body that is none.</summary>
    private static async Task RequireGzipAsync(PipeReader body, CancellationToken cancellation)
    {
        const int HeaderLength = 10;
        ReadResult read = await body.ReadAtLeastAsync(HeaderLength, cancellation);
        string? problem = read.Buffer.Length switch
        {
            0 => "EOF",
            < HeaderLength => "unexpected EOF",
            _ => read.Buffer.Slice(0, 3).ToArray() is [0x1f, 0x8b, 8] ? null : "gzip: invalid header",
        };
        body.AdvanceTo(read.Buffer.Start);
        if (problem is not null)
        {
            throw new HttpFailure(
                StatusCodes.Status400BadRequest, "error decompressing request body: failed to create gzip reader: " + problem);
        }
    }

    private async Task WritePartsAsync(
        MediaTypeHeaderValue type,
        Stream body,
        HttpContext http,
        FileQuery query,
        UserEntry user,
        SortedDictionary<string, string> metadata,
        List<WrittenFileModel> written)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length == 0)
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error parsing multipart form: no multipart boundary param in Content-Type");
        }

        try
        {
            var reader = new MultipartReader(boundary, body, 64 * 1024);
            while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } section)
            {
                // The field decides. Others are passed over, as the daemon does.
                if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition)
                    && disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
                    && HeaderUtilities.RemoveQuotes(disposition.Name) == "file")
                {
                    string path = Resolve(query.Path ?? FileName(disposition), user);
                    if (written.Exists(w => w.Path == path))
                    {
                        throw new HttpFailure(
                            StatusCodes.Status400BadRequest,
                            $"you cannot upload multiple files to the same path '{path}' in one upload request, only the first specified file was uploaded");
                    }

                    written.Add(await FileWriter.WriteAsync(path, section.Body, http.Request, user, metadata));
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException && e.GetType() == typeof(IOException)))
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error reading form: " + e.Message);
        }
    }

    /// <summary>The whole file name is the path, unlike with other servers, which keep its last part.</summary>
    private static string FileName(ContentDispositionHeaderValue disposition)
    {
        string name = (disposition.FileNameStar.HasValue
            ? HeaderUtilities.RemoveQuotes(disposition.FileNameStar)
            : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName)).ToString();
        return name.Length > 0
            ? name
            : throw new HttpFailure(
                StatusCodes.Status400BadRequest,
                "error getting multipart custom part file name: filename not found in Content-Disposition header");
    }

    private string Resolve(string path, UserEntry user)
    {
        try
        {
            return SandboxPaths.Resolve(path, user, defaults.Workdir);
        }
        catch (BadPathException e)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, "error resolving path: " + e.Message);
        }
    }
}

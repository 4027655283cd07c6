using E2B.Errors;
using E2B.Files;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Templates.Context.Archives;
using E2B.Transport;

namespace E2B.Templates.Building;

/// <summary>Brings the files of one copy to the service, unless it has them.</summary>
/// <param name="client">How the service is reached.</param>
/// <param name="plane">The same.</param>
/// <param name="templateId">The template.</param>
/// <param name="definition">What is built.</param>
/// <param name="files">The local files.</param>
/// <param name="progress">Is told what is sent.</param>
internal sealed class FileUpload(
    E2BClient client, ControlPlane plane, string templateId, Template definition, LocalFiles files, IProgress<TemplateBuildProgress>? progress)
{
    /// <returns>The bytes that were sent.</returns>
    public async Task<long> RunAsync(TemplateCopyStep step, string hash, bool isForced, CancellationToken cancellationToken)
    {
        string action = "upload the files of " + BuildFailure.Describe(step, definition);
        Uri? target = await AskAsync(action, hash, isForced, cancellationToken).ConfigureAwait(false);
        if (target is null)
        {
            return 0;
        }

        // The place in the cloud wants to know the length beforehand, and an archive does not know it before it is made.
        ContextArchive archive = await files.PackAsync(step, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            var meter = new Meter(step, definition, archive.Length, progress);
            if (!await SendAsync(action, target, archive, meter, isLast: false, cancellationToken).ConfigureAwait(false))
            {
                // The link was good for a time only, and making the archive took longer.
                target = await AskAsync(action, hash, isForced: true, cancellationToken).ConfigureAwait(false) ?? target;
                await SendAsync(action, target, archive, meter, isLast: true, cancellationToken).ConfigureAwait(false);
            }

            return archive.Length;
        }
    }

    /// <returns>Where to put the files; <see langword="null"/> when they are there.</returns>
    private async Task<Uri?> AskAsync(string action, string hash, bool isForced, CancellationToken cancellationToken)
    {
        var call = new RestCall(HttpMethod.Get, $"/templates/{Uri.EscapeDataString(templateId)}/files/{hash}", action, Repeat.Safe, Missing: Missing.Template)
        {
            Name = templateId,
        };
        FileUploadModel answer = await plane.SendAsync(call, RestJson.Default.FileUploadModel, cancellationToken).ConfigureAwait(false);
        if (answer.Present && !isForced)
        {
            return null;
        }

        return answer.Url switch
        {
            { Length: > 0 } url when Uri.TryCreate(url, UriKind.Absolute, out Uri? target) && target.Scheme is "http" or "https" => target,
            null or "" when answer.Present => null,
            _ => throw new E2BProtocolException($"Could not {action}: the service does not say where to put them."),
        };
    }

    /// <summary>Sends the archive to a place that is not the service's own: it gets neither key nor headers.</summary>
    /// <returns>Whether it was taken; <see langword="false"/> when the link was refused and <paramref name="isLast"/> is not set.</returns>
    private async Task<bool> SendAsync(string action, Uri target, ContextArchive archive, Meter meter, bool isLast, CancellationToken cancellationToken)
    {
        var context = new CallContext(client.Connection, target, action, AfterBreak: "Build again: what arrived is not sent twice.");

        // The limit counts from one piece to the next, and not for the whole.
        using var scope = new CallScope(context, requestTimeout: null, cancellationToken);
        try
        {
            using HttpResponseMessage response = await client.Transport.SendAsync(
                Repeat.Safe,
                (Target: target, Archive: archive, Scope: scope, Meter: meter),
                static s =>
                {
                    s.Meter.Restart();
                    var content = new UploadContent(s.Archive.OpenRead(), s.Scope, isPacked: false) { OnSent = s.Meter.Add };
                    content.Headers.ContentLength = s.Archive.Length;
                    return new HttpRequestMessage(HttpMethod.Put, s.Target) { Content = content };
                },
                scope.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return true;
            }

            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            if ((int)response.StatusCode is 400 or 401 or 403 && !isLast)
            {
                return false;
            }

            throw ErrorMapper.FromStorage(context, ErrorAnswer.From(response, body.Span, client.Connection.Clock));
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw scope.Translate(e);
        }
    }

    /// <summary>Tells how much of the archive was sent, not more than ten times for each percent.</summary>
    private sealed class Meter(TemplateCopyStep step, Template definition, long total, IProgress<TemplateBuildProgress>? progress)
    {
        private readonly int _number = step.Number;
        private readonly long _stride = Math.Max(total / 1000, 1);
        private long _sent;
        private long _told;

        public void Restart() => _sent = _told = 0;

        public void Add(int count)
        {
            _sent += count;
            if (_sent - _told >= _stride || _sent == total)
            {
                _told = _sent;
                progress?.Report(new(TemplateBuildPhase.Uploading, _number, definition.Steps.Count, step.ToString()) { BytesSent = _sent, BytesTotal = total });
            }
        }
    }
}

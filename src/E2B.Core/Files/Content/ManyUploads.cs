using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace E2B.Files;

/// <summary>Writes many files: small ones together, since a request of its own would cost more than they do, and several requests at once.</summary>
internal sealed class ManyUploads
{
    private const int Parallelism = 6;
    private const int SmallFile = 64 * 1024;
    private const int FilesInOne = 64;
    private const int BytesInOne = 512 * 1024;

    private readonly FileUpload _upload;
    private readonly ConcurrentDictionary<int, SandboxEntry> _written = new();
    private ExceptionDispatchInfo? _failure;

    public ManyUploads(FileUpload upload) => _upload = upload;

    /// <summary>Writes all of them, or as many as went well before the first failure.</summary>
    /// <returns>In the order of <paramref name="files"/>.</returns>
    public async Task<IReadOnlyList<SandboxEntry>> SendAsync(IEnumerable<SandboxFileContent> files, CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                Divide(files),
                new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                SendPartAsync).ConfigureAwait(false);
        }
        catch (Exception) when (_failure is not null)
        {
            // What the others ended with is only because of this one.
            _failure.Throw();
        }

        return _written.OrderBy(file => file.Key).Select(file => file.Value).ToArray();
    }

    /// <summary>Which files go together. The sequence is read as the files are sent.</summary>
    private static IEnumerable<Part> Divide(IEnumerable<SandboxFileContent> files)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var together = new List<SandboxFileContent>();
        long size = 0;
        int number = 0;
        foreach (SandboxFileContent file in files)
        {
            ArgumentNullException.ThrowIfNull(file, nameof(files));
            if (!paths.Add(file.Path))
            {
                throw new E2BInvalidArgumentException($"'{file.Path}' is to be written twice. Name each file once.");
            }

            if (file.Bytes is not { Length: <= SmallFile } bytes)
            {
                // Those waiting to go together have numbers in a row: they cannot wait for what comes after this one.
                if (together.Count > 0)
                {
                    yield return new Part(number - together.Count, together);
                    (together, size) = ([], 0);
                }

                yield return new Part(number++, new[] { file });
                continue;
            }

            if (together.Count == FilesInOne || size + bytes.Length > BytesInOne)
            {
                yield return new Part(number - together.Count, together);
                (together, size) = ([], 0);
            }

            together.Add(file);
            size += bytes.Length;
            number++;
        }

        if (together.Count > 0)
        {
            yield return new Part(number - together.Count, together);
        }
    }

    /// <summary>Whether the service refused something that a single file may be the reason of.</summary>
    private static bool IsAboutOneFile(E2BException error) => error.StatusCode is 400 or 404 or 409 or 500 or 507;

    private async ValueTask SendPartAsync(Part part, CancellationToken cancellationToken)
    {
        try
        {
            if (part.Files.Count == 1 || !await TrySendTogetherAsync(part, cancellationToken).ConfigureAwait(false))
            {
                for (int i = 0; i < part.Files.Count; i++)
                {
                    _written[part.First + i] = await SendOneAsync(part.Files[i], cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            throw;
        }
    }

    /// <returns><see langword="false"/> when one of them could not be written: nobody says which, so each is to be tried by itself.</returns>
    private async Task<bool> TrySendTogetherAsync(Part part, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<SandboxEntry> entries = await _upload.SendAsync(
                part.Files.Select(file => (file.Path, file.Bytes!.Value)).ToArray(), cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < entries.Count; i++)
            {
                _written[part.First + i] = entries[i];
            }

            return true;
        }
        catch (E2BException e) when (IsAboutOneFile(e))
        {
            return false;
        }
    }

    private async Task<SandboxEntry> SendOneAsync(SandboxFileContent file, CancellationToken cancellationToken)
    {
        Stream? owned = null;
        try
        {
            (Stream content, bool isOwned) = file.Open();
            owned = isOwned ? content : null;
            return await _upload.SendAsync(file.Path, content, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (E2BException or OperationCanceledException))
        {
            throw new IOException($"Could not read what is to be written to '{file.Path}': {e.Message}", e);
        }
        finally
        {
            if (owned is not null)
            {
                await owned.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Files with numbers in a row that travel with one request.</summary>
    private sealed record Part(int First, IReadOnlyList<SandboxFileContent> Files);
}

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using E2B.Transfers.Local;

namespace E2B.Templates.Context;

/// <summary>
/// The hash that a copy step's files are known by at the service: as the official SDK computes it, so that what one has uploaded the other finds.
/// It is of the step's source and destination, and of each entry's path, mode, size and content or link target.
/// </summary>
/// <remarks>
/// Owners and times are not in it, but sizes of directories are, which file systems count differently. Nothing can be done about that without
/// being different from the official SDK on the same machine.
/// </remarks>
internal static class ContextHash
{
    private const int BufferSize = 128 * 1024;

    /// <exception cref="TemplateContextException">Files cannot be read: all of them are named.</exception>
    /// <exception cref="TransferEntryException">A file changed while it was read.</exception>
    public static async Task<string> ComputeAsync(ContextSelection selection, string destination, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, $"COPY {selection.Source} {destination}");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int i = 0; i < selection.Entries.Count; i++)
            {
                ContextEntry entry = selection.Entries[i];
                Append(hash, entry.Path);
                Append(hash, entry.Mode.ToString(CultureInfo.InvariantCulture));
                Append(hash, entry.Size.ToString(CultureInfo.InvariantCulture));
                if (entry.LinkTarget is { } target)
                {
                    Append(hash, target);
                }
                else if (entry.Kind == ContextKind.File)
                {
                    try
                    {
                        await AppendContentAsync(hash, entry, buffer, cancellationToken).ConfigureAwait(false);
                    }
                    catch (Exception e) when (e is UnauthorizedAccessException or IOException or TransferEntryException { Error: TransferEntryError.Failed })
                    {
                        throw Unreadable(selection.Entries.Skip(i), e);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));

    private static async Task AppendContentAsync(IncrementalHash hash, ContextEntry entry, byte[] buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var content = new SteadyFileStream(entry.ToContent(), 0);
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }
    }

    /// <summary>The first file that cannot be read ends the hash; the others are looked for, so that they are found in one go.</summary>
    private static TemplateContextException Unreadable(IEnumerable<ContextEntry> entries, Exception cause)
    {
        List<string> paths = [.. entries.Where(static (entry, at) => at == 0 || (entry.Kind == ContextKind.File && !CanOpen(entry.SourcePath))).Select(static entry => entry.Path)];
        return TemplateContextException.Of(
            TemplateContextError.Unreadable,
            $"Could not read files ({cause.Message.TrimEnd('.')})",
            "Change their permissions, or leave them out by an ignore file.",
            paths,
            cause);
    }

    private static bool CanOpen(string path)
    {
        try
        {
            using (File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

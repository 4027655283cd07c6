using System.Management.Automation;
using E2B.PowerShell.Encodings;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Reading;

/// <summary>One file's way to the pipeline.</summary>
internal sealed class FileReading(Sandbox sandbox, string path, SandboxFileOptions options, ReadForm form, PipelineWriter writer)
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Writes what is wanted of the file.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (form.Last is { } last && !form.Bytes)
        {
            await LinesAsync(await new TextTail(sandbox, path, options).ReadAsync(last, form.Encoding, stop).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        SandboxFileStream content = await OpenAsync(stop).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            Task reading = form switch
            {
                { Raw: true } => WholeAsync(content, stop),
                { Bytes: true } => BytesAsync(content, stop),
                _ => TextAsync(content, form.First ?? long.MaxValue, stop),
            };
            await reading.ConfigureAwait(false);
        }
    }

    private Task<SandboxFileStream> OpenAsync(CancellationToken stop) => form switch
    {
        { Bytes: true, First: { } first } => sandbox.Files.OpenReadAsync(path, FileRange.Slice(0, first), options, stop),
        { Bytes: true, Last: { } last } => sandbox.Files.OpenReadAsync(path, FileRange.Last(last), options, stop),
        _ => sandbox.Files.OpenReadAsync(path, options, stop),
    };

    private async Task WholeAsync(SandboxFileStream content, CancellationToken stop)
    {
        using var collected = new MemoryStream(content.TryGetLength(out long length) ? (int)Math.Min(length, Array.MaxLength) : 0);
        await content.CopyToAsync(collected, stop).ConfigureAwait(false);
        byte[] bytes = collected.GetBuffer().Length == collected.Length ? collected.GetBuffer() : collected.ToArray();
        object value = bytes;
        if (!form.Bytes)
        {
            ByteOrderMark mark = ByteOrderMark.Read(bytes, form.Encoding);
            value = mark.Encoding.GetString(bytes.AsSpan(mark.Length));
        }

        await writer.OutputAsync(form.Tagged ? Tag(value) : value).ConfigureAwait(false);
    }

    private async Task BytesAsync(SandboxFileStream content, CancellationToken stop)
    {
        var chunk = new byte[ChunkSize];
        int read;
        while ((read = await content.ReadAsync(chunk, stop).ConfigureAwait(false)) > 0)
        {
            await writer.BytesAsync(chunk[..read]).ConfigureAwait(false);
        }
    }

    private async Task TextAsync(SandboxFileStream content, long wanted, CancellationToken stop)
    {
        if (wanted == 0)
        {
            return;
        }

        var chunk = new byte[ChunkSize];
        int read = await content.ReadAtLeastAsync(chunk, ByteOrderMark.MaxLength, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        ByteOrderMark mark = ByteOrderMark.Read(chunk.AsSpan(0, read), form.Encoding);
        var lines = new TextLines(mark.Encoding);
        int begin = mark.Length;
        while (read > 0 && wanted > 0)
        {
            wanted -= await LinesAsync(lines.Add(chunk.AsSpan(begin, read - begin)), wanted).ConfigureAwait(false);
            begin = 0;
            read = wanted > 0 ? await content.ReadAsync(chunk, stop).ConfigureAwait(false) : 0;
        }

        if (wanted > 0)
        {
            await LinesAsync(lines.End()).ConfigureAwait(false);
        }
    }

    private async Task<int> LinesAsync(IReadOnlyList<string> lines, long atMost = long.MaxValue)
    {
        if (lines.Count > atMost)
        {
            lines = [.. lines.Take((int)atMost)];
        }

        if (!form.Tagged)
        {
            if (lines.Count > 0)
            {
                await writer.LinesAsync(lines).ConfigureAwait(false);
            }

            return lines.Count;
        }

        foreach (string line in lines)
        {
            await writer.OutputAsync(Tag(line)).ConfigureAwait(false);
        }

        return lines.Count;
    }

    private PSObject Tag(object value)
    {
        var tagged = new PSObject(value);
        tagged.Properties.Add(new PSNoteProperty("SandboxId", sandbox.SandboxId));
        tagged.Properties.Add(new PSNoteProperty("Path", path));
        return tagged;
    }
}

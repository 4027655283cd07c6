using System.Buffers;
using System.Management.Automation;
using System.Text;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Running;

/// <summary>Turns one command's chunks into records, batch by batch.</summary>
internal sealed class CommandOutputWriter(string sandboxId, OutputForm form, PipelineWriter writer)
{
    /// <summary>How much of the end of stderr an error about the command quotes, in characters.</summary>
    private const int KeptStdErr = 4096;

    private readonly Utf8LineDecoder _stdoutLines = new();
    private readonly Utf8LineDecoder _stderrLines = new();
    private readonly StringBuilder _stderrEnd = new();
    private readonly ArrayBufferWriter<byte> _whole = new();

    /// <summary>The end of what the command wrote to stderr.</summary>
    public string StdErrEnd => _stderrEnd.ToString();

    public async ValueTask WriteAsync(CommandOutput output)
    {
        bool isStdErr = output.Stream == CommandStream.StdErr;
        if (isStdErr && !form.MergeStdErr)
        {
            await WriteHostAsync(Decode(_stderrLines, output.Data.Span)).ConfigureAwait(false);
        }
        else if (form.Raw)
        {
            _whole.Write(output.Data.Span);
            Remember(isStdErr ? Decode(_stderrLines, output.Data.Span) : []);
        }
        else if (form.Bytes)
        {
            await writer.BytesAsync(output.Data.ToArray()).ConfigureAwait(false);
        }
        else
        {
            List<string> lines = Decode(isStdErr ? _stderrLines : _stdoutLines, output.Data.Span);
            Remember(isStdErr ? lines : []);
            await WriteLinesAsync(lines, output.Stream).ConfigureAwait(false);
        }
    }

    /// <summary>Output may be missing here: no line is made of what came before and what comes after.</summary>
    public void Gap()
    {
        _stdoutLines.Gap();
        _stderrLines.Gap();
    }

    /// <summary>Writes what was kept back: lines without an end, or everything.</summary>
    public async ValueTask CompleteAsync()
    {
        if (_stderrLines.Flush() is { } lastError)
        {
            if (form.Raw && form.MergeStdErr)
            {
                Remember([lastError]);
            }
            else if (form.MergeStdErr)
            {
                Remember([lastError]);
                await WriteLinesAsync([lastError], CommandStream.StdErr).ConfigureAwait(false);
            }
            else
            {
                await WriteHostAsync([lastError]).ConfigureAwait(false);
            }
        }

        if (_stdoutLines.Flush() is { } last)
        {
            await WriteLinesAsync([last], CommandStream.StdOut).ConfigureAwait(false);
        }

        if (form.Raw)
        {
            byte[] bytes = _whole.WrittenSpan.ToArray();
            object value = form.Bytes ? bytes : Encoding.UTF8.GetString(bytes);
            await writer.OutputAsync(form.Tagged ? Tag(value, CommandStream.StdOut) : value).ConfigureAwait(false);
        }
    }

    private static List<string> Decode(Utf8LineDecoder decoder, ReadOnlySpan<byte> chunk)
    {
        var lines = new List<string>();
        decoder.Decode(chunk, lines);
        return lines;
    }

    private ValueTask WriteHostAsync(List<string> lines)
    {
        if (lines.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        Remember(lines);
        return writer.HostTextAsync(string.Join('\n', lines), sandboxId);
    }

    private async ValueTask WriteLinesAsync(List<string> lines, CommandStream stream)
    {
        if (lines.Count == 0)
        {
            return;
        }

        if (!form.Tagged)
        {
            await writer.LinesAsync(lines).ConfigureAwait(false);
            return;
        }

        foreach (string line in lines)
        {
            await writer.OutputAsync(Tag(line, stream)).ConfigureAwait(false);
        }
    }

    private PSObject Tag(object value, CommandStream stream)
    {
        var tagged = new PSObject(value);
        tagged.Properties.Add(new PSNoteProperty("SandboxId", sandboxId));
        tagged.Properties.Add(new PSNoteProperty("Stream", stream.ToString()));
        return tagged;
    }

    private void Remember(List<string> stderrLines)
    {
        foreach (string line in stderrLines)
        {
            _stderrEnd.Append(line).Append('\n');
        }

        if (_stderrEnd.Length > 2 * KeptStdErr)
        {
            _stderrEnd.Remove(0, _stderrEnd.Length - KeptStdErr);
        }
    }
}

using System.Buffers;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Writing;

/// <summary>
/// One file's way into one sandbox. What is small goes in one request when it is all there. What is not, flows under
/// another name while it comes and takes the file's place at its end, so that the file is never half of what it should be.
/// </summary>
internal sealed class FileWriting(Sandbox sandbox, WriteForm form)
{
    /// <summary>So many bytes are kept back: what has no more needs no other name.</summary>
    private const int SmallSize = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _small = new();
    private readonly InputFlow _flow = new();
    private readonly TaskCompletionSource<bool> _isLarge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _flows;

    /// <summary>Takes content. Nothing more is taken once the writing has ended, well or not.</summary>
    /// <returns>Done when more may come.</returns>
    public Task Add(ReadOnlySpan<byte> bytes)
    {
        if (_flows)
        {
            return _flow.Write(bytes);
        }

        _small.Write(bytes);
        return _small.WrittenCount > SmallSize ? StartFlow() : Task.CompletedTask;
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Complete()
    {
        _flow.Complete();
        _isLarge.TrySetResult(false);
    }

    /// <summary>Writes the file, from now until its content has come.</summary>
    public async Task<SandboxEntry> RunAsync(CancellationToken stop)
    {
        try
        {
            bool isLarge = await _isLarge.Task.WaitAsync(stop).ConfigureAwait(false);
            if (isLarge || form.Append)
            {
                WritePlace place = await WritePlace.FindAsync(sandbox, form, stop).ConfigureAwait(false);
                return await place.WriteAsync(NewContent(isLarge, place.NeedsMark), stop).ConfigureAwait(false);
            }

            using Stream content = NewContent(isLarge, needsMark: true);
            return await sandbox.Files.WriteAsync(form.Path, content, form.Options, stop).ConfigureAwait(false);
        }
        finally
        {
            _flow.Refuse();
        }
    }

    private Task StartFlow()
    {
        _flows = true;
        _isLarge.TrySetResult(true);
        return Task.CompletedTask;
    }

    private Stream NewContent(bool isLarge, bool needsMark)
    {
        byte[] start = [.. needsMark ? form.Mark : [], .. _small.WrittenSpan];
        return isLarge ? new InputFlowStream(_flow, start) : new MemoryStream(start, writable: false);
    }
}

using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Reads a file in a sandbox, as Get-Content reads a local one.</summary>
[Cmdlet(VerbsCommon.Get, "E2BFile")]
[OutputType(typeof(string), typeof(byte))]
public sealed class GetE2BFileCommand : SandboxCmdlet
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>The byte order mark of UTF-8, which is no part of the text.</summary>
    private static readonly byte[] _mark = [0xEF, 0xBB, 0xBF];

    /// <summary>The file, a POSIX path; relative ones start at the user's home.</summary>
    [Parameter(Position = 1)]
    public string? Path { get; set; }

    /// <summary>Sandboxes to read from.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The Linux user who reads.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The whole content as one string (with -AsByteStream one array).</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Bytes instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private protected override string? SecondPositional { get => Path; set => Path = value; }

    private protected override string SecondPositionalName => nameof(Path);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        SandboxPath.Check(this, Path!);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null && !TryAddTarget(InputObject))
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BNotASandbox", $"'{InputObject}' came down the pipeline and is no sandbox.", InputObject));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<Sandbox> sandboxes = ResolveTargets(hasInput: false);
        RefuseBytesOfSeveral(sandboxes, AsByteStream && !Raw);
        var form = new OutputForm { Raw = Raw, Bytes = AsByteStream, Tagged = sandboxes.Count > 1 && !(AsByteStream && !Raw) };
        StartEach(
            Queue, sandboxes.Select(WithRequestTimeout), ThrottleLimit, (sandbox, writer, stop) => ReadAsync(sandbox, form, writer, stop));
        DrainQueue();
    }

    private async Task<bool> ReadAsync(Sandbox sandbox, OutputForm form, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            Stream content = await sandbox.Files.OpenReadAsync(Path!, new SandboxFileOptions { User = User }, stop).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                var output = new CommandOutputWriter(sandbox.SandboxId, form, writer);
                var chunk = new byte[ChunkSize];
                int read = await content.ReadAtLeastAsync(chunk, _mark.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
                int begin = !AsByteStream && chunk.AsSpan(0, read).StartsWith(_mark) ? _mark.Length : 0;
                while (read > 0)
                {
                    await output.WriteAsync(new CommandOutput(CommandStream.StdOut, chunk.AsMemory(begin, read - begin))).ConfigureAwait(false);
                    read = await content.ReadAsync(chunk, stop).ConfigureAwait(false);
                    begin = 0;
                }

                await output.CompleteAsync().ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, Path)).ConfigureAwait(false);
            return false;
        }
    }
}

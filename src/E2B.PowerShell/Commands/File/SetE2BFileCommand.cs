using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Writes a file in a sandbox, as Set-Content writes a local one.</summary>
[Cmdlet(VerbsCommon.Set, "E2BFile", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxEntry))]
public sealed class SetE2BFileCommand : SandboxCmdlet
{
    private readonly List<Upload> _uploads = [];
    private bool _started;
    private bool _sandboxesPiped;

    /// <summary>The file, a POSIX path; relative ones start at the user's home. Directories on the way are made.</summary>
    [Parameter(Position = 1)]
    public string? Path { get; set; }

    /// <summary>The content, where it does not come down the pipeline.</summary>
    [Parameter(Position = 2)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? Value { get; set; }

    /// <summary>The content: each string a line, bytes as they are. A sandbox is one more sandbox to write to.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The Linux user who writes, and owns the file.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>No line end after each string.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>The written file on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? SecondPositional { get => Path; set => Path = value; }

    private protected override string SecondPositionalName => nameof(Path);

    private bool HasValue => MyInvocation.BoundParameters.ContainsKey(nameof(Value));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        SandboxPath.Check(this, Path!);
        if (!HasValue && !MyInvocation.ExpectingInput)
        {
            RefuseNoContent();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
        {
            return;
        }

        if (TryAddTarget(InputObject))
        {
            _sandboxesPiped = true;
            if (_started)
            {
                RefuseLateSandbox(InputObject);
            }

            return;
        }

        if (HasValue)
        {
            Refuse("E2BAmbiguousValue", "There is content both in -Value and in the pipeline. Give one of them.", InputObject);
        }

        if (!_started)
        {
            Start(ResolveTargets(hasInput: true));
        }

        Send(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_started)
        {
            if (_sandboxesPiped && !HasValue)
            {
                RefuseNoContent();
            }

            Start(ResolveTargets(HasValue));
            if (HasValue)
            {
                Send(Value);
            }
        }

        foreach (Upload upload in _uploads)
        {
            upload.Content.Complete();
        }

        foreach (Upload upload in _uploads)
        {
            // The answer to an upload names the file and nothing else of it.
            if (TryAwait(token => upload.Task.WaitAsync(token), Path, out SandboxEntry entry)
                && PassThru
                && TryAwait(token => upload.Sandbox.Files.GetInfoAsync(entry.Path, new SandboxFileOptions { User = User }, token), Path, out SandboxEntry full))
            {
                WriteObject(full);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Upload upload in _uploads)
            {
                upload.Stop.Cancel();
            }
        }

        base.Dispose(disposing);
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void RefuseNoContent()
    {
        // Two positionals are sandbox and path. Whoever meant path and value is told so first.
        CheckTargets();
        Refuse("E2BNoValue", "There is no content: give it with -Value or by the pipeline. An empty file is -Value '' -NoNewline.", Path);
    }

    private void Start(IReadOnlyList<Sandbox> sandboxes)
    {
        _started = true;
        foreach (Sandbox sandbox in sandboxes)
        {
            if (ShouldProcess($"{Path} in sandbox {sandbox.SandboxId}", "Write file"))
            {
                _uploads.Add(Upload.Start(WithRequestTimeout(sandbox), Path!, new SandboxFileOptions { User = User }));
            }
        }
    }

    private void Send(PSObject? value)
    {
        byte[] bytes = InputBytes.Of(value, endLines: !NoNewline);
        foreach (Upload upload in _uploads)
        {
            TryAwait(
                async token =>
                {
                    await upload.Content.Write(bytes).WaitAsync(token).ConfigureAwait(false);
                    return true;
                },
                Path,
                out _);
        }
    }

    /// <summary>A file on its way. When its request ends, well or not, nothing more is taken from the pipeline.</summary>
    private sealed record Upload(Sandbox Sandbox, InputFlow Content, Task<SandboxEntry> Task, CancellationTokenSource Stop)
    {
        public static Upload Start(Sandbox sandbox, string path, SandboxFileOptions options)
        {
            var content = new InputFlow();
            var stop = new CancellationTokenSource();
            return new Upload(sandbox, content, System.Threading.Tasks.Task.Run(() => SendAsync(sandbox, path, options, content, stop.Token)), stop);
        }

        private static async Task<SandboxEntry> SendAsync(
            Sandbox sandbox, string path, SandboxFileOptions options, InputFlow content, CancellationToken cancellationToken)
        {
            try
            {
                using var stream = new InputFlowStream(content);
                return await sandbox.Files.WriteAsync(path, stream, options, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                content.Refuse();
            }
        }
    }
}

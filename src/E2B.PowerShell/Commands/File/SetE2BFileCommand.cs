using System.Collections;
using System.Management.Automation;
using System.Text;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Encodings;
using E2B.PowerShell.Running;
using E2B.PowerShell.Writing;

namespace E2B.PowerShell.Commands;

/// <summary>Writes a file in a sandbox, as Set-Content writes a local one.</summary>
[Cmdlet(VerbsCommon.Set, "E2BFile", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxEntry))]
public sealed class SetE2BFileCommand : SandboxCmdlet
{
    private readonly List<(Sandbox Sandbox, FileWriting Writing, Task<SandboxEntry> Task)> _files = [];
    private object? _sandbox;
    private bool _started;
    private bool _sandboxesPiped;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxOrPathCompleter))]
    public override object? Sandbox { get => _sandbox; set => _sandbox = value; }

    /// <summary>The file, a POSIX path; relative ones start at the user's home. Directories on the way are made.</summary>
    [Parameter(Position = 1)]
    [Alias("LiteralPath")]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
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

    /// <summary>How text is encoded.</summary>
    [Parameter]
    [EncodingTransformation]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    [ValidateNotNull]
    public Encoding Encoding { get; set; } = TextEncodings.Default;

    /// <summary>The content is bytes, and nothing else is taken.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>No line end after each string.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>After what is in the file, instead of in its place.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Kept with the file.</summary>
    [Parameter]
    [PlainValues]
    public IDictionary? Metadata { get; set; }

    /// <summary>Compressed on its way.</summary>
    [Parameter]
    public SwitchParameter Gzip { get; set; }

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

        if (Append && Metadata is not null)
        {
            Refuse("E2BInvalidArgument", "Metadata is kept with a file when it is written anew. Leave -Metadata or -Append out.", Path);
        }

        if (TextEncodings.Warning(Encoding) is { } warning)
        {
            WriteWarning(warning);
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

        Send(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HasValue)
        {
            Send(Value);
        }
        else if (!_started && _sandboxesPiped)
        {
            RefuseNoContent();
        }

        foreach ((_, FileWriting writing, _) in _files)
        {
            writing.Complete();
        }

        foreach ((Sandbox sandbox, _, Task<SandboxEntry> task) in _files)
        {
            // The answer to an upload names the file and nothing else of it.
            if (TryAwait(token => task.WaitAsync(token), Path, out SandboxEntry entry)
                && PassThru
                && TryAwait(token => WithRequestTimeout(sandbox).Files.GetInfoAsync(entry.FullName, new SandboxFileOptions { User = User }, token), Path, out SandboxEntry full))
            {
                WriteObject(EntryArgument.Remember(full, sandbox));
            }
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void RefuseNoContent()
    {
        // Two positionals are sandbox and path. Whoever meant path and value is told so first.
        CheckTargets();
        Refuse("E2BNoValue", "There is no content: give it with -Value or by the pipeline; of two positional arguments the first is the sandbox. An empty file is -Value '' -NoNewline.", Path);
    }

    private void Start(bool startsWithText)
    {
        _started = true;
        var form = new WriteForm(
            Path!,
            new SandboxFileOptions { User = User, Metadata = Tables.Merge(null, Metadata), Gzip = Gzip },
            Append,
            startsWithText ? Encoding.GetPreamble() : []);
        foreach (Sandbox sandbox in ResolveTargets(hasInput: !HasValue))
        {
            if (ShouldProcess($"{Path} in sandbox {sandbox.SandboxId}", Append ? "Append to file" : "Write file"))
            {
                var writing = new FileWriting(WithRequestTimeout(sandbox), form);
                _files.Add((sandbox, writing, Queue.Start((_, stop) => writing.RunAsync(stop))));
            }
        }
    }

    private void Send(PSObject? value)
    {
        byte[]? bytes = AsByteStream ? InputBytes.OfBytes(value) : InputBytes.Of(value, endLines: !NoNewline, Encoding);
        if (bytes is null)
        {
            Refuse("E2BNotBytes", $"With -AsByteStream the content has to be bytes, and '{value}' is none. Convert it with [byte[]].", value);
        }

        if (!_started)
        {
            Start(startsWithText: !AsByteStream && InputBytes.OfBytes(value) is null);
        }

        foreach ((_, FileWriting writing, _) in _files)
        {
            TryAwait(
                async token =>
                {
                    await writing.Add(bytes).WaitAsync(token).ConfigureAwait(false);
                    return true;
                },
                Path,
                out _);
        }
    }
}

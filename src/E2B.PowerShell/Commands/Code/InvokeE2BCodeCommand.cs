using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Code;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Runs code in the code interpreter of one or more sandboxes; streams its output and hands out what it shows.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "E2BCode")]
[OutputType(typeof(string), typeof(CodeResult), typeof(CodeExecution), typeof(PSObject))]
public sealed class InvokeE2BCodeCommand : SandboxCmdlet
{
    private readonly List<string> _lines = [];
    private readonly List<CodePiece> _pieces = [];
    private readonly List<CodeContext> _contexts = [];
    private string? _contextId;
    private CodeContext? _context;

    /// <summary>The code.</summary>
    [Parameter(Position = 1)]
    public string? Code { get; set; }

    /// <summary>Files of this machine with the code. Wildcards stand for several, which run one after the other.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The same without wildcards.</summary>
    [Parameter]
    [Alias("PSPath")]
    public string[]? LiteralPath { get; set; }

    /// <summary>Sandboxes or contexts to run the code in; or the code itself, lines of text or files.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The language, whose own context is meant. Python without it, or what a file's name says.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CodeLanguageCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Language { get; set; }

    /// <summary>The context to run in: an object of it, or its id.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CodeContextCompleter))]
    [ValidateNotNull]
    public object? Context { get; set; }

    /// <summary>Environment variables for this code alone.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>Seconds after which the code is interrupted; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <summary>The whole execution as one object instead of output and results.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The rows of data frames instead of the results that have them.</summary>
    [Parameter]
    public SwitchParameter ExpandData { get; set; }

    /// <summary>stderr on the pipeline too, in order of arrival.</summary>
    [Parameter]
    public SwitchParameter MergeStdErr { get; set; }

    /// <summary>Work in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    private protected override string? SecondPositional { get => Code; set => Code = value; }

    private protected override string SecondPositionalName => nameof(Code);

    private protected override bool NeedsSecondPositional => !HasFiles && !MyInvocation.ExpectingInput;

    private bool HasFiles => Path is not null || LiteralPath is not null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (PassThru && (ExpandData || MergeStdErr))
        {
            Refuse("E2BAmbiguousOutput", "-PassThru returns the execution instead of output: it does not go with -ExpandData and -MergeStdErr.", null);
        }

        if (Context is not null)
        {
            if (Language is not null)
            {
                Refuse("E2BAmbiguousCode", "There are both -Language and -Context. A context has its language: give one of them.", Context);
            }

            (_contextId, _context) = CodeContextArgument.Of(this, Context);
        }

        base.BeginProcessing();
        if (Code is not null && HasFiles)
        {
            Refuse("E2BAmbiguousCode", "There are both -Code and -Path. Give the code, or the file that has it.", Code);
        }
    }

    private protected override void TakeOnlyPositional()
    {
        object? only = Sandbox is PSObject wrapped ? wrapped.BaseObject : Sandbox;
        if (!IsSandboxWritten && Code is null && !HasFiles && only is string code)
        {
            (Code, Sandbox) = (code, null);
        }

        Sandbox ??= _context?.Sandbox;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
        {
            return;
        }

        object? piped = InputObject?.BaseObject;
        if (piped is CodeContext context)
        {
            _contexts.Add(context);
        }
        else if (Code is not null || HasFiles || SandboxArgument.IsSandbox(InputObject))
        {
            AddTargetOrReport(InputObject, "Code can be piped where none is given: then name the sandbox with -Sandbox.");
        }
        else if (piped is FileInfo file)
        {
            AddFile(file.FullName);
        }
        else
        {
            _lines.Add(InputObject?.ToString() ?? string.Empty);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        CollectCode();
        IReadOnlyList<(Sandbox Sandbox, string? ContextId)> targets = _pieces.Count == 0 ? [] : ResolvePlaces();
        if (targets.Count == 0)
        {
            return;
        }

        var form = new OutputForm { PassThru = PassThru, MergeStdErr = MergeStdErr, Tagged = !PassThru && (targets.Count > 1 || MergeStdErr) };
        E2BJob? job = AsJob ? new E2BJob(MyInvocation.MyCommand.Name, _pieces[0].Name, JobName, string.Join(',', targets.Select(static target => target.Sandbox.SandboxId).Distinct())) : null;
        StartEach(
            job?.Queue ?? Queue,
            targets.Select(target => new CodeRunning(WithRequestTimeout(target.Sandbox), _pieces, HowToRun(target.ContextId), form, ExpandData)),
            ThrottleLimit,
            static (run, writer, stop) => run.RunAsync(writer, stop));
        if (job is not null)
        {
            job.Begin();
            WriteJob(job);
            return;
        }

        DrainQueue();
    }

    private CodeRunOptions HowToRun(string? contextId) => new()
    {
        ContextId = contextId,
        Language = Language,
        Environment = Tables.Merge(null, Environment),
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
    };

    /// <summary>The places to run the code in: sandboxes, and contexts that came down the pipeline.</summary>
    private IReadOnlyList<(Sandbox Sandbox, string? ContextId)> ResolvePlaces()
    {
        if (_contexts.Count > 0)
        {
            if (_contextId is not null || Language is not null || HasTargets)
            {
                Refuse("E2BAmbiguousCode", "Contexts came down the pipeline, and there is a sandbox, -Context or -Language besides. Name the contexts once.", _contexts[0]);
            }

            return [.. _contexts.Select(static context => (context.Sandbox, (string?)context.Id))];
        }

        IReadOnlyList<Sandbox> sandboxes = ResolveTargets(hasInput: Code is null);
        if (_contextId is not null && (sandboxes.Count > 1 || (_context is not null && sandboxes.Any(sandbox => sandbox.SandboxId != _context.SandboxId))))
        {
            Refuse("E2BInvalidArgument", $"The context {_contextId} belongs to one sandbox{(_context is null ? null : $", {_context.SandboxId}")}. Pipe the contexts to run code in several.", Context);
        }

        return [.. sandboxes.Select(sandbox => (sandbox, _contextId))];
    }

    private void CollectCode()
    {
        if (Code is not null)
        {
            _pieces.Add(new CodePiece(Code, Language: null, Code));
        }
        else if (_lines.Count > 0)
        {
            string code = string.Join('\n', _lines);
            _pieces.Add(new CodePiece(code, Language: null, code));
        }

        foreach ((string path, bool isLiteral) in (Path ?? []).Select(static path => (path, false)).Concat((LiteralPath ?? []).Select(static path => (path, true))))
        {
            foreach (string file in Copying.LocalItems.Find(this, path, isLiteral, withHidden: false))
            {
                AddFile(file);
            }
        }
    }

    private void AddFile(string path)
    {
        if (TryAwait(token => CodePiece.ReadAsync(path, guessLanguage: Language is null && _contextId is null, token), path, out CodePiece piece))
        {
            _pieces.Add(piece);
        }
    }
}

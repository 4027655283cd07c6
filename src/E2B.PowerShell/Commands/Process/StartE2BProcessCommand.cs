using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Commands;

/// <summary>Starts a process in one or more sandboxes and returns at once. It runs on when the session ends.</summary>
[Cmdlet(VerbsLifecycle.Start, "E2BProcess", SupportsShouldProcess = true)]
[OutputType(typeof(E2BProcess))]
public sealed class StartE2BProcessCommand : SandboxCmdlet
{
    /// <summary>A line for the sandbox's shell, bash. With -Pty it may be left out: then it is a shell.</summary>
    [Parameter(Position = 1)]
    public string? Command { get; set; }

    /// <summary>A program to start without a shell in between.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? FilePath { get; set; }

    /// <summary>The program's arguments. They reach it as they are written.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Sandboxes to start it in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The Linux user.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The directory to run in, a POSIX path.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>Environment variables of this process.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>Seconds after which it is killed; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>A name by which it can be found again.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Open its stdin, for Send-E2BProcessInput.</summary>
    [Parameter]
    public SwitchParameter StdIn { get; set; }

    /// <summary>Give it a terminal.</summary>
    [Parameter]
    public SwitchParameter Pty { get; set; }

    /// <summary>The terminal's width in characters.</summary>
    [Parameter]
    [ValidateRange(1, ushort.MaxValue)]
    public int Columns { get; set; } = 80;

    /// <summary>The terminal's height in lines.</summary>
    [Parameter]
    [ValidateRange(1, ushort.MaxValue)]
    public int Rows { get; set; } = 24;

    private protected override string? SecondPositional { get => Command; set => Command = value; }

    private protected override string SecondPositionalName => nameof(Command);

    private protected override bool NeedsSecondPositional => FilePath is null && !Pty;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        CommandText.Check(this, Command, FilePath, ArgumentList);
        if (WorkingDirectory is not null)
        {
            SandboxPath.Check(this, WorkingDirectory);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null && !TryAddTarget(InputObject))
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BNotASandbox", $"'{InputObject}' came down the pipeline and is no sandbox. Input is sent with Send-E2BProcessInput.", InputObject));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string text = CommandText.Show(Command, FilePath, ArgumentList) ?? "bash";
        foreach (Sandbox sandbox in ResolveTargets(hasInput: false))
        {
            if (!ShouldProcess(sandbox.SandboxId, $"Start '{text}'"))
            {
                continue;
            }

            Sandbox target = WithRequestTimeout(sandbox);
            if (TryAwait(token => StartAsync(target, token), sandbox, out CommandHandle handle))
            {
                WriteObject(new E2BProcess(sandbox, handle.ProcessId, Tag, text, handle));
            }
        }
    }

    private Task<CommandHandle> StartAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        ProcessCommand? command = CommandText.ToCommand(Command, FilePath, ArgumentList);
        Dictionary<string, string>? environment = Tables.Merge(null, Environment);
        TimeSpan timeout = TimeSpan.FromSeconds(TimeoutSec);
        return Pty
            ? sandbox.Pty.CreateAsync(
                new PtyOptions
                {
                    Columns = Columns,
                    Rows = Rows,
                    User = User,
                    WorkingDirectory = WorkingDirectory,
                    Environment = environment,
                    Timeout = timeout,
                    Tag = Tag,
                    Command = command,
                },
                cancellationToken)
            : sandbox.Commands.StartAsync(
                command!,
                new CommandOptions
                {
                    User = User,
                    WorkingDirectory = WorkingDirectory,
                    Environment = environment,
                    Timeout = timeout,
                    Tag = Tag,
                    StandardInput = StdIn,
                },
                cancellationToken);
    }
}

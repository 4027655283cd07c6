using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;

namespace E2B.PowerShell.Running;

/// <summary>The base of cmdlets that start something: what to run, and as whom, where, with what and how long.</summary>
public abstract class CommandCmdlet : SandboxCmdlet
{
    /// <summary>A line for the sandbox's shell, bash.</summary>
    [Parameter(Position = 1)]
    public string? Command { get; set; }

    /// <summary>A program to run without a shell in between.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? FilePath { get; set; }

    /// <summary>The program's arguments. They reach it as they are written.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>The Linux user.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The directory to run in, a POSIX path.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? WorkingDirectory { get; set; }

    /// <summary>Environment variables of what is run.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>Seconds after which it is killed; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private protected override string? SecondPositional { get => Command; set => Command = value; }

    private protected override string SecondPositionalName => nameof(Command);

    private protected override bool NeedsSecondPositional => FilePath is null;

    /// <summary>What to run; <see langword="null"/> when nothing was said.</summary>
    private protected ProcessCommand? WhatToRun =>
        FilePath is not null ? new ProcessCommand(FilePath, ArgumentList)
        : Command is not null ? ProcessCommand.Shell(Command)
        : null;

    /// <summary>The same for a person.</summary>
    private protected string? WhatToRunText => FilePath is not null ? string.Join(' ', [FilePath, .. ArgumentList]) : Command;

    /// <summary>How to run it.</summary>
    private protected CommandOptions HowToRun(bool withInput) => new()
    {
        User = User,
        WorkingDirectory = WorkingDirectory,
        Environment = Tables.Merge(null, Environment),
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
        StandardInput = withInput,
    };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Command is not null && FilePath is not null)
        {
            Refuse("E2BAmbiguousCommand", "There are both -Command and -FilePath. Give a line for the shell, or a program.", Command);
        }

        if (FilePath is null && ArgumentList.Length > 0)
        {
            Refuse(
                "E2BAmbiguousCommand",
                "-ArgumentList goes with -FilePath. A -Command is one line for the shell, arguments included.",
                Command);
        }

        if (WorkingDirectory is not null)
        {
            SandboxPath.Check(this, WorkingDirectory);
        }
    }
}

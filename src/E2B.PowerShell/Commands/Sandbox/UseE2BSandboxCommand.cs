using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Scoping;

namespace E2B.PowerShell.Commands;

/// <summary>Makes a sandbox, runs a script block with it, and removes it, whatever happens.</summary>
[Cmdlet(VerbsOther.Use, "E2BSandbox")]
[OutputType(typeof(object))]
public sealed class UseE2BSandboxCommand : CreatingCmdlet
{
    /// <summary>How long the removal may hold up the prompt.</summary>
    private static readonly TimeSpan _removalLimit = TimeSpan.FromSeconds(10);

    /// <summary>What to do. The sandbox is its argument, $_ and the default sandbox.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>A template's name or id, or a snapshot.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public object? Template { get; set; }

    /// <summary>Keep the sandbox alive while the block runs, however long that takes. On unless it is switched off.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; } = true;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!TryGetOptions(Template, out SandboxCreateOptions? options))
        {
            return;
        }

        SandboxOperations sandboxes = Client.Sandboxes;
        if (!TryAwait(token => sandboxes.CreateAsync(options, token), options.Template, out Sandbox sandbox))
        {
            return;
        }

        Sandbox? before = Session.Defaults.Sandbox;
        bool isOver = false;
        try
        {
            Session.Created(sandbox);
            if (KeepAlive)
            {
                Session.KeepAlive(sandbox, options.Timeout);
            }

            Session.Defaults = Session.Defaults with { Sandbox = sandbox };
            BlockRun.Run(this, ScriptBlock, sandbox);
            isOver = true;
        }
        finally
        {
            Session.Defaults = Session.Defaults with { Sandbox = before };
            ErrorRecord? problem = Remove(sandbox);
            if (problem is not null)
            {
                Report(problem, sandbox, isOver);
            }
        }
    }

    /// <summary>Ctrl+C does not stop it. One that is gone already is as good.</summary>
    private ErrorRecord? Remove(Sandbox sandbox)
    {
        Session.Ending(sandbox.SandboxId);
        using var limit = new CancellationTokenSource(_removalLimit);
        try
        {
            Task.Run(() => sandbox.KillAsync(limit.Token), CancellationToken.None).GetAwaiter().GetResult();
            Session.Gone(sandbox.SandboxId);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return ErrorFactory.Create(new E2BTimeoutException(E2BTimeoutKind.Request, $"The service did not answer for {_removalLimit.TotalSeconds} s."), sandbox);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            return ErrorFactory.Create(e, sandbox);
        }
    }

    private void Report(ErrorRecord problem, Sandbox sandbox, bool isOver)
    {
        if (isOver)
        {
            WriteError(problem);
            return;
        }

        // What ended the block goes on; in a pipeline that has been stopped only the host can be told.
        Session.Warn([$"The sandbox {sandbox.SandboxId} could not be removed and lives until its lifetime ends: {problem.Exception.Message}"]);
    }
}

using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Resumes paused sandboxes, several at a time.</summary>
[Cmdlet(VerbsLifecycle.Resume, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class ResumeE2BSandboxCommand : ResumingCmdlet
{
    /// <summary>The sandboxes on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Deed => FilesOnly ? "Resume the sandbox from its files alone" : "Resume the sandbox";

    private protected override async Task WorkAsync(Sandbox sandbox, object given, PipelineWriter writer, CancellationToken stop)
    {
        await ResumeAsync(sandbox, writer, stop).ConfigureAwait(false);
        if (PassThru)
        {
            await WriteAsync(sandbox, writer, stop).ConfigureAwait(false);
        }
    }
}

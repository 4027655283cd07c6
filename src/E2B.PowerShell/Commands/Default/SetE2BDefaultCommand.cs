using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Sets what the cmdlets of this session assume when a parameter is not given. $null takes it back.</summary>
[Cmdlet(VerbsCommon.Set, "E2BDefault", SupportsShouldProcess = true)]
[OutputType(typeof(E2BDefault))]
public sealed class SetE2BDefaultCommand : ConnectedCmdlet
{
    private const int MaxThrottle = 1000;

    /// <summary>The sandbox of cmdlets that are given none.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? Sandbox { get; set; }

    /// <summary>The template of new sandboxes.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>The lifetime of new sandboxes, as a TimeSpan or a whole number of seconds.</summary>
    [Parameter]
    [Alias("Lifetime")]
    [AllowNull]
    [SecondsTransformation]
    public TimeSpan? TimeoutSec { get; set; }

    /// <summary>Labels of new sandboxes.</summary>
    [Parameter]
    [AllowNull]
    [PlainValues]
    public Hashtable? Metadata { get; set; }

    /// <summary>Environment variables of new sandboxes.</summary>
    [Parameter]
    [AllowNull]
    [PlainValues]
    public Hashtable? Environment { get; set; }

    /// <summary>How many sandboxes are worked on at a time.</summary>
    [Parameter]
    [AllowNull]
    public int? ThrottleLimit { get; set; }

    /// <summary>Whether a cmdlet that is given no sandbox and finds no default makes one, and makes it the default.</summary>
    [Parameter]
    public SwitchParameter AutoCreateSandbox { get; set; }

    /// <summary>All defaults on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess("the defaults of this session", "Set"))
        {
            return;
        }

        foreach (string name in MyInvocation.BoundParameters.Keys)
        {
            Session.Defaults = Changed(Session.Defaults, name);
        }

        if (PassThru)
        {
            WriteObject(Session.Defaults);
        }
    }

    private E2BDefault Changed(E2BDefault defaults, string name)
    {
        switch (name)
        {
            case nameof(Sandbox):
                return Sandbox is null ? defaults with { Sandbox = null }
                    : TryResolve(Sandbox, out Sandbox found) ? defaults with { Sandbox = found }
                    : defaults;
            case nameof(Template):
                return defaults with { Template = string.IsNullOrEmpty(Template) ? null : Template };
            case nameof(TimeoutSec):
                if (TimeoutSec <= TimeSpan.Zero)
                {
                    Refuse("E2BInvalidLifetime", $"A sandbox cannot live {TimeoutSec}. Give a positive TimeSpan or a number of seconds, or $null for the service's own.", TimeoutSec);
                }

                return defaults with { Lifetime = TimeoutSec };
            case nameof(Metadata):
                return defaults with { Metadata = Tables.Merge(null, Metadata) };
            case nameof(Environment):
                return defaults with { Environment = Tables.Merge(null, Environment) };
            case nameof(ThrottleLimit):
                if (ThrottleLimit is < 1 or > MaxThrottle)
                {
                    Refuse("E2BInvalidArgument", $"Work can go on in 1 to {MaxThrottle} sandboxes at a time, and not in {ThrottleLimit}. $null means {new E2BDefault().ThrottleLimit}.", ThrottleLimit);
                }

                return defaults with { ThrottleLimit = ThrottleLimit ?? new E2BDefault().ThrottleLimit };
            case nameof(AutoCreateSandbox):
                return defaults with { AutoCreateSandbox = AutoCreateSandbox };
            default:
                return defaults;
        }
    }
}

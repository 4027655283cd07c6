using System.Management.Automation;
using System.Net;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;

namespace E2B.PowerShell.Ports;

/// <summary>The base of cmdlets that lead to ports of sandboxes. One positional alone is the port.</summary>
public abstract class PortCmdlet : SandboxCmdlet
{
    private object? _sandbox;

    /// <summary>The sandbox: an object, an id, or several of them.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public override object? Sandbox { get => _sandbox; set => _sandbox = value; }

    /// <summary>The port in the sandbox, or several.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, IPEndPoint.MaxPort)]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int[]? Port { get; set; }

    /// <summary>Sandboxes to work in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    private protected override string? SecondPositional
    {
        get => Port is { Length: > 0 } ? string.Join(',', Port) : null;
        set => Port = PortArgument.Of(value);
    }

    private protected override string SecondPositionalName => nameof(Port);

    private protected override void TakeOnlyPositional()
    {
        if (IsSandboxWritten || Port is not null || PortArgument.Of(Sandbox) is not { } ports)
        {
            return;
        }

        if (!ports.All(PortArgument.IsPort))
        {
            Refuse("E2BInvalidArgument", $"{string.Join(", ", ports)}: a port is a number from 1 to {IPEndPoint.MaxPort}.", Sandbox);
        }

        (Port, Sandbox) = (ports, null);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);
}

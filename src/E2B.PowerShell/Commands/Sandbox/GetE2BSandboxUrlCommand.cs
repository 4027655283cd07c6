using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Ports;
using E2B.Protocol;

namespace E2B.PowerShell.Commands;

/// <summary>Tells by which URLs ports of sandboxes are reached, at once or as soon as a program answers there.</summary>
[Cmdlet(VerbsCommon.Get, "E2BSandboxUrl")]
[OutputType(typeof(E2BSandboxUrl))]
public sealed class GetE2BSandboxUrlCommand : PortCmdlet
{
    /// <summary>A path, with a query or without, to be part of the URL.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Wait until a program answers there, whatever it says.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Seconds to wait with -Wait; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>With the token that restricted ports want, in the property Headers. A secret.</summary>
    [Parameter]
    public SwitchParameter IncludeToken { get; set; }

    /// <summary>How many URLs are asked or waited for at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (TimeoutSec > 0 && !Wait)
        {
            Refuse("E2BInvalidArgument", "-TimeoutSec says how long -Wait waits. Give both, or neither.", TimeoutSec);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        (Sandbox Sandbox, int Port)[] targets = [.. ResolveTargets(hasInput: false).SelectMany(sandbox => Port!.Select(port => (WithRequestTimeout(sandbox), port)))];

        // Of waits, one that never ends must not keep the others from beginning.
        int limit = Wait && ThrottleLimit == 0 ? Math.Max(1, targets.Length) : ThrottleLimit;
        foreach (Task<E2BSandboxUrl?> finding in StartEach(Queue, targets, limit, (target, writer, stop) => FindAsync(target.Sandbox, target.Port, writer, stop)))
        {
            DrainQueueUntil(finding);
            if (finding.GetAwaiter().GetResult() is { } url)
            {
                WriteObject(url);
            }
        }

        DrainQueue();
    }

    private async Task<E2BSandboxUrl?> FindAsync(Sandbox sandbox, int port, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            if (Wait)
            {
                await sandbox.Ports.WaitAsync(port, answersHttp: true, TimeSpan.FromSeconds(TimeoutSec), stop).ConfigureAwait(false);
            }

            Uri url = await sandbox.Ports.GetUrlAsync(port, stop).ConfigureAwait(false);
            if (Path is not null)
            {
                url = new Uri(url, "/" + Path.TrimStart('/'));
            }

            var headers = new Hashtable(StringComparer.OrdinalIgnoreCase);
            if (IncludeToken && await sandbox.Ports.GetTrafficAccessTokenAsync(stop).ConfigureAwait(false) is { } token)
            {
                headers.Add(E2BHeaders.TrafficAccessToken, token);
            }

            return new E2BSandboxUrl(sandbox.SandboxId, port, url, headers);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return null;
        }
    }
}

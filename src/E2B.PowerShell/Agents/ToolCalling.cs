using System.Diagnostics;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Agents;

/// <summary>Makes calls, one after the other; each has a result, whatever happens.</summary>
/// <param name="tools">The tools that may be called.</param>
/// <param name="sandboxes">The sandboxes that may be worked in.</param>
/// <param name="maxLength">How many characters a result may have.</param>
/// <param name="limit">How long a call may take; zero for no limit.</param>
/// <param name="isAllowed">Asks the host about a target and an action.</param>
internal sealed class ToolCalling(ToolSet tools, IReadOnlyList<Sandbox> sandboxes, int maxLength, TimeSpan limit, Func<string, string, bool> isAllowed)
{
    private volatile ToolRun? _running;

    /// <summary>Makes a call.</summary>
    /// <exception cref="E2BInvalidArgumentException">The host has put something into a schema that is not known.</exception>
    public E2BToolResult Make(ToolCall call)
    {
        var watch = Stopwatch.StartNew();
        var output = new ToolOutput(maxLength);
        E2BToolDefinition? tool = null;
        try
        {
            tool = tools.Find(call.Name);
            (Sandbox sandbox, IReadOnlyDictionary<string, object> arguments) = ToolSet.Check(tool, call, sandboxes);
            if (!isAllowed($"{tool.Name} in sandbox {sandbox.SandboxId}", $"Call with {CutText.Of(JsonObjects.ToText(call.ReadArguments()), 1000, out _)}"))
            {
                throw new ToolRefusal("E2BToolDeclined", "The person in charge did not allow this call. Do not make it again; go on without it, or ask.");
            }

            Run(tool.Rule, new Dictionary<string, object>(arguments) { [ToolSchema.Sandbox] = sandbox }, output);
        }
        catch (ToolRefusal refusal)
        {
            output.Fail(ErrorFactory.InvalidArgument(refusal.ErrorId, refusal.Message, call.Name));
        }

        string content = output.ToJson(tool?.Rule);
        return new E2BToolResult(call.Name ?? string.Empty, content)
        {
            CallId = call.Id?.ToString(),
            ErrorId = output.Errors.Count > 0 ? ToolError.Id(output.Errors[0]) : null,
            IsTruncated = output.IsCut,
            Duration = watch.Elapsed,
            Output = output.Objects,
            Message = ToolReply.To(call, content, output.Errors.Count > 0),
        };
    }

    /// <summary>Stops the call that is being made, and with it what it does in the sandbox.</summary>
    public void Stop() => _running?.Stop();

    private void Run(ToolRule rule, IReadOnlyDictionary<string, object> parameters, ToolOutput output)
    {
        using var run = new ToolRun(rule, parameters, output);
        _running = run;
        try
        {
            if (!run.Run(limit))
            {
                throw new ToolRefusal(
                    "E2BToolTimeout",
                    $"The call did not end within {limit.TotalSeconds} s and was stopped, with what it had started. What runs for long is better started in the background.");
            }
        }
        finally
        {
            _running = null;
        }
    }
}

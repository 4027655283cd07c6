using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;
using E2B.PowerShell.Agents;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Commands;

/// <summary>Makes the calls that a language model wants made, those of tools alone, and returns what goes back to it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "E2BTool", SupportsShouldProcess = true)]
[OutputType(typeof(E2BToolResult))]
public sealed class InvokeE2BToolCommand : SandboxCmdlet
{
    private readonly List<ToolCall> _calls = [];
    private ToolCalling? _calling;

    /// <summary>The calls, as the service gave them: single ones, lists, messages or whole answers.</summary>
    [Parameter(Position = 1)]
    public object? ToolCall { get; set; }

    /// <summary>The tool's name, for a call that is taken apart already.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The arguments that go with -Name.</summary>
    [Parameter]
    [AllowNull]
    public object? Argument { get; set; }

    /// <summary>The id that goes with -Name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CallId { get; set; }

    /// <summary>The tools that may be called: definitions, or names with wildcards. Without it, the usual set.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Tool { get; set; }

    /// <summary>Calls; or definitions of tools that may be called; or sandboxes to work in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>How many characters a result may have.</summary>
    [Parameter]
    [ValidateRange(1000, 10_000_000)]
    public int MaxLength { get; set; } = 30_000;

    /// <summary>Seconds after which a call is stopped; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; } = 300;

    private protected override string? SecondPositional
    {
        get => ToolCall is PSObject wrapped ? wrapped.BaseObject as string : ToolCall as string;
        set => ToolCall = value;
    }

    private protected override string SecondPositionalName => nameof(ToolCall);

    private protected override bool NeedsSecondPositional => false;

    private bool HasCallAsArgument => ToolCall is not null || Name is not null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (ToolCall is not null && Name is not null)
        {
            Refuse("E2BAmbiguousValue", "There are both -ToolCall and -Name. Give the call as it came, or its name and arguments.", Name);
        }

        if (Name is null && (Argument is not null || CallId is not null))
        {
            Refuse("E2BNoName", "-Argument and -CallId go with -Name.", Argument ?? CallId);
        }

        if (!HasCallAsArgument && !MyInvocation.ExpectingInput)
        {
            Refuse("E2BNoToolCall", "There is no call to make. Give it with -ToolCall or by the pipeline, or its parts with -Name and -Argument.", null);
        }
    }

    private protected override void TakeOnlyPositional()
    {
        if (!IsSandboxWritten && ToolCall is null && Name is null && Sandbox is not null && !IsNamed(Sandbox))
        {
            (ToolCall, Sandbox) = (Sandbox, null);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)) || InputObject is null)
        {
            return;
        }

        if (InputObject.BaseObject is E2BToolDefinition definition)
        {
            Tool = [.. Tool ?? [], definition];
        }
        else if (IsFromModel(InputObject) || !TryAddTarget(InputObject))
        {
            Collect(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Name is not null)
        {
            _calls.Add(new ToolCall(ToolCallForm.Plain, CallId, Name, ReadArgument()));
        }
        else if (ToolCall is not null)
        {
            Collect(ToolCall);
        }

        if (_calls.Count == 0)
        {
            return;
        }

        var tools = ToolSet.Of(this, Tool);
        IReadOnlyList<Sandbox> sandboxes = !HasTargets && tools.Sandboxes.Count > 0 ? tools.Sandboxes : ResolveTargets(hasInput: true);
        if (sandboxes.Count > 1 && !tools.LetsChoose)
        {
            Refuse(
                "E2BSeveralSandboxes",
                "There are several sandboxes, and tools by which no model can say which. Give one, or give the definitions all of them: Get-E2BToolDefinition -Sandbox.",
                Sandbox);
        }

        if (sandboxes.Count > 0)
        {
            Make(new ToolCalling(tools, [.. sandboxes.Select(WithRequestTimeout)], MaxLength, TimeSpan.FromSeconds(TimeoutSec), ShouldProcess));
        }
    }

    private void Make(ToolCalling calling)
    {
        _calling = calling;
        try
        {
            foreach (ToolCall call in _calls)
            {
                StopToken.ThrowIfCancellationRequested();
                WriteObject(calling.Make(call));
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (E2BInvalidArgumentException e)
        {
            ThrowTerminatingError(ErrorFactory.Create(e, Tool));
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        base.StopProcessing();
        _calling?.Stop();
    }

    private void Collect(object given)
    {
        try
        {
            JsonNode? json = JsonObjects.Of(given);
            ToolCall[] calls = [.. ToolCallReader.Read(json)];
            _calls.AddRange(calls);
            if (calls.Length == 0)
            {
                WriteVerbose("What was given has no call of a tool in it.");
            }
        }
        catch (Exception e) when (e is JsonException or E2BInvalidArgumentException)
        {
            WriteError(ErrorFactory.InvalidArgument("E2BInvalidToolCall", $"What was given as a call is no JSON: {e.Message}", given));
        }
    }

    private JsonNode? ReadArgument()
    {
        // Text is looked at with the call: a model that writes no JSON has to be told so.
        object? value = Argument is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : Argument;
        try
        {
            return value is string text ? JsonValue.Create(text) : JsonObjects.Of(value);
        }
        catch (E2BInvalidArgumentException e)
        {
            ThrowTerminatingError(ErrorFactory.Create(e, Argument));
            throw;
        }
    }

    /// <summary>What a model wrote may say SandboxId, and must not choose a sandbox by it: only objects that are more than data do.</summary>
    private static bool IsFromModel(object one) => (one is PSObject wrapped ? wrapped.BaseObject : one) is PSCustomObject or System.Collections.IDictionary;

    /// <summary>Whether what stands first names sandboxes. A lone text is an id or a call, which is JSON.</summary>
    private static bool IsNamed(object first)
    {
        object[] given = [.. SandboxArgument.Enumerate(first)];
        return given.Length > 0 && Array.TrueForAll(given, static one =>
            (!IsFromModel(one) && SandboxArgument.IsSandbox(one)) || (SandboxArgument.TryGetText(one, out string? text) && SandboxArgument.CanBeId(text)));
    }
}

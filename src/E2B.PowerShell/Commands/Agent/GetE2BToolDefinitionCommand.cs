using System.Collections.Specialized;
using System.Management.Automation;
using System.Text.Json.Nodes;
using E2B.PowerShell.Agents;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Describes cmdlets as tools of a language model.</summary>
[Cmdlet(VerbsCommon.Get, "E2BToolDefinition")]
[OutputType(typeof(E2BToolDefinition), typeof(OrderedDictionary), typeof(string))]
public sealed class GetE2BToolDefinitionCommand : ConnectedCmdlet
{
    private readonly List<Sandbox> _sandboxes = [];

    /// <summary>The cmdlets, with wildcards; without it, the usual set.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ToolNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The sandboxes that the tools work in. Of several the model says which.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[]? Sandbox { get; set; }

    /// <summary>The form of a service instead of objects of this module.</summary>
    [Parameter]
    public ToolFormat Format { get; set; } = ToolFormat.JsonSchema;

    /// <summary>A JSON array as text.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        RefuseNullSandbox(Sandbox);
        foreach (object given in SandboxArgument.Enumerate(Sandbox))
        {
            try
            {
                SandboxArgument.GetId(given);
            }
            catch (E2BInvalidArgumentException e)
            {
                ThrowTerminatingError(ErrorFactory.Create(e, given));
            }

            // A tool that works in fewer sandboxes than it was given must not come about by an error that is passed over.
            if (!TryResolve(given, out Sandbox sandbox))
            {
                Refuse("E2BNoSandbox", "A sandbox that was given was not found, and no tools are made for the others alone.", given);
            }

            if (!_sandboxes.Exists(known => known.SandboxId == sandbox.SandboxId))
            {
                _sandboxes.Add(sandbox);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && _sandboxes.Count == 0)
        {
            return;
        }

        IReadOnlyList<ToolRule> rules = ToolCatalog.Find(Name, out IReadOnlyList<string> unknown);
        foreach (string name in unknown)
        {
            WriteError(ToolCatalog.Refusal(name));
        }

        try
        {
            Write([.. rules.Select(rule => new E2BToolDefinition(rule, _sandboxes))]);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
        }
    }

    private void Write(E2BToolDefinition[] definitions)
    {
        if (AsJson)
        {
            var all = new JsonArray([.. definitions.Select(definition => JsonObjects.OfTable(definition.To(Format)))]);
            WriteObject(JsonObjects.ToText(all, indented: true));
        }
        else if (MyInvocation.BoundParameters.ContainsKey(nameof(Format)))
        {
            // Tables are not to be taken apart on their way.
            Array.ForEach(definitions, definition => WriteObject(definition.To(Format), enumerateCollection: false));
        }
        else
        {
            WriteObject(definitions, enumerateCollection: true);
        }
    }
}

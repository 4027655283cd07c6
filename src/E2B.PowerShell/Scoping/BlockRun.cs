using System.Management.Automation;

namespace E2B.PowerShell.Scoping;

/// <summary>
/// Runs a caller's script block as <c>&amp; $block $argument</c> in its place would: all its streams go on as they come,
/// and what it throws goes through. A cmdlet that invokes a block gets its output as a collection, after the end; only a
/// steppable pipeline writes to the cmdlet's own streams.
/// </summary>
internal static class BlockRun
{
    private const string BlockName = "__e2bUseBlock";
    private const string ArgumentName = "__e2bUseArgument";
    private const string Current = "_";

    public static void Run(PSCmdlet cmdlet, ScriptBlock block, object argument)
    {
        // $_ is looked for where the block was written.
        PSVariableIntrinsics variables = (block.Module?.SessionState ?? cmdlet.SessionState).PSVariable;
        object? before = variables.GetValue(Current);
        variables.Set(Current, argument);
        try
        {
            using SteppablePipeline pipeline = Prepare(cmdlet.SessionState.PSVariable, block, argument);
            pipeline.Begin(cmdlet);
            pipeline.Process();
            pipeline.End();
        }
        finally
        {
            variables.Set(Current, before);
        }
    }

    /// <summary>The block and its argument are looked up here and now, so their names are free again before it runs.</summary>
    private static SteppablePipeline Prepare(PSVariableIntrinsics variables, ScriptBlock block, object argument)
    {
        variables.Set(BlockName, block);
        variables.Set(ArgumentName, argument);
        try
        {
            return ScriptBlock.Create($"& ${BlockName} ${ArgumentName}").GetSteppablePipeline(CommandOrigin.Internal);
        }
        finally
        {
            variables.Remove(BlockName);
            variables.Remove(ArgumentName);
        }
    }
}

namespace E2B.PowerShell.Completion;

/// <summary>Offers what is in a directory of the sandbox, for parameters that take a path as it is.</summary>
public sealed class SandboxLiteralPathCompleter : SandboxPathCompleter
{
    private protected override bool HasWildcards => false;
}

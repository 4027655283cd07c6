using System.Management.Automation;

namespace E2B.PowerShell.Git;

/// <summary>
/// Comes before ValidateSet, whose error repeats the value: who leaves the default sandbox out and writes operation and
/// URL puts the URL here, with a password in it for all we know.
/// </summary>
internal sealed class GitOperationNameAttribute : ValidateArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (GitOperations.Find((arguments is PSObject wrapped ? wrapped.BaseObject : arguments) as string) is null)
        {
            throw new ValidationMetadataException(
                "It is no operation. Of two positional arguments the first is the sandbox; with a default sandbox, name the parameters after the operation, "
                + $"as in Invoke-E2BGit Clone -Url $url. The operations: {string.Join(", ", GitOperations.Names)}.");
        }
    }
}

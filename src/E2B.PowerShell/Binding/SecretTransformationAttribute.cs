using System.Management.Automation;
using System.Net;

namespace E2B.PowerShell.Binding;

/// <summary>Lets a secret come as plain text too, as vaults give it; it is a SecureString from then on.</summary>
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string text ? new NetworkCredential(string.Empty, text).SecurePassword : value;
    }
}

using System.Collections;
using System.Management.Automation;
using System.Security;

namespace E2B.PowerShell.Binding;

/// <summary>For tables whose values are shown again: a SecureString in one was meant to be a secret.</summary>
internal sealed class PlainValuesAttribute : ValidateArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        foreach (DictionaryEntry entry in arguments as IDictionary ?? new Hashtable())
        {
            if ((entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value) is SecureString)
            {
                throw new ValidationMetadataException($"The value of '{entry.Key}' is a SecureString, and what is given here is shown again. Give plain text, if that is what you want.");
            }
        }
    }
}

using System.Collections;
using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>Hashtables of scripts as the string dictionaries of the SDK.</summary>
internal static class Tables
{
    /// <summary>The table's entries as strings; those of <paramref name="second"/> win.</summary>
    public static Dictionary<string, string>? Merge(IDictionary? first, IDictionary? second)
    {
        if (first is null && second is null)
        {
            return null;
        }

        var merged = new Dictionary<string, string>();
        foreach (IDictionary? table in (ReadOnlySpan<IDictionary?>)[first, second])
        {
            foreach (DictionaryEntry entry in table ?? new Hashtable())
            {
                merged[LanguagePrimitives.ConvertTo<string>(entry.Key)] = LanguagePrimitives.ConvertTo<string>(entry.Value);
            }
        }

        return merged;
    }
}

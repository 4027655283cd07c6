using System.Collections;
using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>Hashtables of scripts as the string dictionaries of the SDK.</summary>
internal static class Tables
{
    /// <summary>The table's entries as strings, a SecureString as what is in it; those of <paramref name="second"/> win.</summary>
    public static Dictionary<string, string>? Merge(IReadOnlyDictionary<string, string>? first, IDictionary? second)
    {
        if (first is null && second is null)
        {
            return null;
        }

        var merged = first is null ? [] : new Dictionary<string, string>(first);
        foreach (DictionaryEntry entry in second ?? new Hashtable())
        {
            merged[LanguagePrimitives.ConvertTo<string>(entry.Key)] = JsonTables.ToText(entry.Value);
        }

        return merged;
    }
}

using System.Management.Automation;

namespace E2B.PowerShell.Code;

/// <summary>Rows of a data frame as PowerShell's objects, with the columns as properties.</summary>
public static class CodeTableRows
{
    /// <summary>The rows of a result's data frame, for its property Rows.</summary>
    /// <param name="result">A result.</param>
    /// <returns>Nothing where the result has no data frame.</returns>
    public static object? Rows(PSObject result) =>
        result?.BaseObject is CodeResult { Data: { } table } ? Of(table).ToArray() : null;

    internal static IEnumerable<PSObject> Of(CodeTable table)
    {
        string[] names = Names(table.Columns);
        foreach (IReadOnlyList<object?> values in table.Rows)
        {
            var row = new PSObject();
            for (int i = 0; i < names.Length; i++)
            {
                row.Properties.Add(new PSNoteProperty(names[i], values[i]), preValidated: true);
            }

            yield return row;
        }
    }

    /// <summary>PowerShell tells no names apart by their capitals, and none may be empty: such columns get a number.</summary>
    private static string[] Names(IReadOnlyList<string> columns)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. columns.Select(column =>
        {
            string wanted = string.IsNullOrWhiteSpace(column) ? "Column" : column;
            string name = wanted;
            for (int n = 2; !taken.Add(name); n++)
            {
                name = $"{wanted}_{n}";
            }

            return name;
        })];
    }
}

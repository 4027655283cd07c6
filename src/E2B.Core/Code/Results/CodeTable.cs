namespace E2B;

/// <summary>The content of a data frame: columns with names, and rows.</summary>
public sealed class CodeTable
{
    private readonly IReadOnlyList<IReadOnlyList<object?>> _columns;
    private object?[][]? _rows;

    internal CodeTable(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> values)
    {
        Columns = columns;
        _columns = values;
        RowCount = values.Count == 0 ? 0 : values.Max(static column => column.Count);
    }

    /// <summary>The names of the columns, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>How many rows there are.</summary>
    public int RowCount { get; }

    /// <summary>
    /// The rows, made when they are asked for first: each has its values in the order of the columns. A value is text, a
    /// <see cref="long"/>, a <see cref="double"/>, a <see cref="bool"/>, <see langword="null"/>, or a list or dictionary of these.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows => _rows ??= Enumerable.Range(0, RowCount).Select(Row).ToArray();

    /// <summary>The values of one column.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public IReadOnlyList<object?> this[string name]
    {
        get
        {
            for (int i = 0; i < Columns.Count; i++)
            {
                if (Columns[i] == name)
                {
                    return _columns[i];
                }
            }

            throw new KeyNotFoundException($"There is no column '{name}'.");
        }
    }

    private object?[] Row(int row) => [.. _columns.Select(column => row < column.Count ? column[row] : null)];
}

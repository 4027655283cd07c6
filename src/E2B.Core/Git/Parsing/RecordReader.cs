using System.Diagnostics.CodeAnalysis;

namespace E2B.Git;

/// <summary>Reads records that end with a zero character each, as git writes them with <c>-z</c>.</summary>
internal sealed class RecordReader(string text)
{
    private int _position;

    /// <summary>The next record that is not empty.</summary>
    public bool TryRead([NotNullWhen(true)] out string? record)
    {
        while (_position < text.Length)
        {
            record = Next();
            if (record.Length > 0)
            {
                return true;
            }
        }

        record = null;
        return false;
    }

    /// <summary>The next record, which has to be there, empty or not.</summary>
    public string Read(string what) => _position < text.Length ? Next() : throw Unexpected(what, "(the end)");

    /// <summary>Git said something that is not understood here.</summary>
    public static E2BProtocolException Unexpected(string what, string record) =>
        new($"Git's {what} has an entry that is not understood: '{record}'. Its version in the sandbox may be too old or too new.");

    private string Next()
    {
        int end = text.IndexOf('\0', _position);
        end = end < 0 ? text.Length : end;
        string record = text[_position..end];
        _position = end + 1;
        return record;
    }
}

using System.Collections;
using System.Management.Automation;
using System.Text;

namespace E2B.PowerShell.Running;

/// <summary>A piped object as a program in the sandbox reads it: bytes as they are, all else as a line of UTF-8.</summary>
internal static class InputBytes
{
    /// <summary>The bytes of a piped object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="endLines">Whether text gets a line end.</param>
    /// <param name="encoding">How text is encoded; UTF-8 where that is not said.</param>
    public static byte[] Of(PSObject? value, bool endLines = true, Encoding? encoding = null) => value?.BaseObject switch
    {
        null => [],
        byte single => [single],
        byte[] bytes => bytes,
        string text => Text(text, endLines, encoding ?? Encoding.UTF8),
        IEnumerable several => [.. several.Cast<object?>().SelectMany(item => Of(item is null ? null : PSObject.AsPSObject(item), endLines, encoding))],
        _ => Text(LanguagePrimitives.ConvertTo<string>(value), endLines, encoding ?? Encoding.UTF8),
    };

    /// <summary>The bytes of an object that is nothing but bytes.</summary>
    /// <returns><see langword="null"/> when it is something else.</returns>
    public static byte[]? OfBytes(PSObject? value) => value?.BaseObject switch
    {
        null => [],
        byte single => [single],
        byte[] bytes => bytes,
        IEnumerable several and not string => Join(several),
        _ => null,
    };

    private static byte[]? Join(IEnumerable several)
    {
        var joined = new List<byte>();
        foreach (object? item in several)
        {
            if (OfBytes(item is null ? null : PSObject.AsPSObject(item)) is not { } bytes)
            {
                return null;
            }

            joined.AddRange(bytes);
        }

        return [.. joined];
    }

    private static byte[] Text(string text, bool endLine, Encoding encoding)
    {
        if (!endLine)
        {
            return encoding.GetBytes(text);
        }

        int length = encoding.GetByteCount(text);
        int end = encoding.GetByteCount("\n");
        var bytes = new byte[length + end];
        encoding.GetBytes(text, bytes);
        encoding.GetBytes("\n", bytes.AsSpan(length));
        return bytes;
    }
}

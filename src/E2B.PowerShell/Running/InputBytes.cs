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
    public static byte[] Of(PSObject? value, bool endLines = true) => value?.BaseObject switch
    {
        null => [],
        byte single => [single],
        byte[] bytes => bytes,
        string text => Text(text, endLines),
        IEnumerable several => [.. several.Cast<object?>().SelectMany(item => Of(item is null ? null : PSObject.AsPSObject(item), endLines))],
        _ => Text(LanguagePrimitives.ConvertTo<string>(value), endLines),
    };

    private static byte[] Text(string text, bool endLine)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        var bytes = new byte[endLine ? length + 1 : length];
        Encoding.UTF8.GetBytes(text, bytes);
        if (endLine)
        {
            bytes[length] = (byte)'\n';
        }

        return bytes;
    }
}

using System.Globalization;
using System.Text;

namespace E2B.Transfers.Remote;

/// <summary>The lines that <see cref="SandboxScripts.Mark"/> reads.</summary>
internal sealed class MarkList
{
    private readonly StringBuilder _lines = new();

    public bool IsEmpty => _lines.Length == 0;

    public void Directory(string path) => Add('m', 0, DateTimeOffset.UnixEpoch, path, null);

    public void Attributes(TransferEntry entry, string path) =>
        Add(entry.Kind == EntryKind.Directory ? 'd' : 'f', (int)entry.Mode, entry.ModifiedTime, path, null);

    public void Link(TransferEntry entry, string path) => Add('l', 0, entry.ModifiedTime, path, entry.LinkTarget!);

    public void Remove(string path) => Add('r', 0, DateTimeOffset.UnixEpoch, path, null);

    public byte[] ToBytes() => Encoding.ASCII.GetBytes(_lines.ToString());

    /// <summary>A path in octal escapes, so that the shell's <c>read</c> and <c>printf</c> bring it back whatever it holds.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || (char)value is '/' or '.' or '_' or '-')
            {
                escaped.Append((char)value);
            }
            else
            {
                escaped.Append(@"\0").Append(Convert.ToString(value, 8).PadLeft(3, '0'));
            }
        }

        return escaped.ToString();
    }

    private void Add(char kind, int mode, DateTimeOffset time, string path, string? target)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        long seconds = Math.Max(0, ticks / TimeSpan.TicksPerSecond);
        long nanoseconds = ticks < 0 ? 0 : ticks % TimeSpan.TicksPerSecond * 100;
        _lines.Append(CultureInfo.InvariantCulture, $"{kind} {Convert.ToString(mode, 8)} {seconds}.{nanoseconds:000000000} {Escape("./" + path)}");
        if (target is not null)
        {
            _lines.Append(' ').Append(Escape(target));
        }

        _lines.Append('\n');
    }
}

using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Cuts what a program writes to one of its outputs into lines. Empty ones are left out; what a line begins with stays.</summary>
internal sealed class OutputLines(Action<string> line)
{
    private const int Longest = 8 * 1024;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _rest = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[_decoder.GetCharCount(bytes, flush: false)];
        int count = _decoder.GetChars(bytes, text, flush: false);
        foreach (char one in text.AsSpan(0, count))
        {
            if (one == '\n')
            {
                End();
            }
            else
            {
                _rest.Append(one);
                if (_rest.Length >= Longest && !char.IsHighSurrogate(one))
                {
                    End();
                }
            }
        }
    }

    /// <summary>Gives out what has no line end.</summary>
    public void End()
    {
        string text = _rest.ToString().TrimEnd();
        _rest.Clear();
        if (text.Length > 0)
        {
            line(text);
        }
    }
}

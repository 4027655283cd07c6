using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using E2B.PowerShell.Drive.Parameters;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Drive.Content;

/// <summary>A file's content for Get-Content: lines, bytes or all at once, fetched as they are asked for.</summary>
internal sealed class DriveContentReader : IContentReader
{
    private const int BufferLength = 64 * 1024;

    private readonly ContentReaderParameters _parameters;
    private readonly string _path;
    private readonly Action<ErrorRecord> _report;
    private readonly WaitingStream _content;
    private readonly StreamReader _text;
    private readonly byte[] _bytes = new byte[BufferLength];
    private int _next;
    private int _end;

    public DriveContentReader(
        Stream content, ContentReaderParameters parameters, string path, Action<ErrorRecord> report, CancellationToken stop)
    {
        _parameters = parameters;
        _path = path;
        _report = report;
        _content = new WaitingStream(content, stop);
        _text = new StreamReader(_content, parameters.Encoding, detectEncodingFromByteOrderMarks: true, BufferLength);
    }

    /// <summary>The next lines or bytes: so many, or all for 0. Nothing at the end.</summary>
    public IList Read(long readCount)
    {
        try
        {
            return (Raw: _parameters.Raw.IsPresent, Bytes: _parameters.AsByteStream.IsPresent) switch
            {
                (true, true) => Whole(ReadAllBytes()),
                (true, false) => Whole(_text.ReadToEnd()),
                (false, true) => ReadBytes(readCount),
                _ => ReadLines(readCount),
            };
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            // The engine would put an id of its own in the place of this one.
            _report(ErrorFactory.Create(e, _path));
            return Array.Empty<object>();
        }
    }

    /// <inheritdoc/>
    public void Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("Content of a sandbox comes from its beginning.");

    /// <inheritdoc/>
    public void Close() => _content.Dispose();

    /// <inheritdoc/>
    public void Dispose() => Close();

    private static object[] Whole(byte[] bytes) => bytes.Length == 0 ? [] : [bytes];

    private static object[] Whole(string text) => text.Length == 0 ? [] : [text];

    private static bool IsEnough(int count, long wanted) => wanted > 0 && count >= wanted;

    private List<string> ReadLines(long count)
    {
        var lines = new List<string>();
        while (!IsEnough(lines.Count, count) && _text.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private List<byte> ReadBytes(long count)
    {
        var bytes = new List<byte>();
        while (!IsEnough(bytes.Count, count) && Fill())
        {
            bytes.Add(_bytes[_next++]);
        }

        return bytes;
    }

    private byte[] ReadAllBytes()
    {
        using var all = new MemoryStream();
        _content.CopyTo(all, BufferLength);
        return all.ToArray();
    }

    private bool Fill()
    {
        if (_next == _end)
        {
            _next = 0;
            _end = _content.Read(_bytes, 0, _bytes.Length);
        }

        return _next < _end;
    }
}

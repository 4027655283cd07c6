using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using E2B.PowerShell.Drive.Parameters;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Writing;

namespace E2B.PowerShell.Drive.Content;

/// <summary>
/// A file's new content from Set-Content and Add-Content, sent while it comes. It is complete when the writer has been
/// closed; a failure is reported once, by the next write or by closing.
/// </summary>
internal sealed class DriveContentWriter : IContentWriter
{
    private readonly Sandbox _sandbox;
    private readonly SandboxFileOptions _options;
    private readonly string _path;
    private readonly ContentWriterParameters _parameters;
    private readonly Action<ErrorRecord> _report;
    private readonly CancellationToken _stop;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private bool _append;
    private bool _closed;
    private bool _failed;
    private FileWriting? _writing;
    private Task<SandboxEntry>? _upload;

    public DriveContentWriter(
        Sandbox sandbox, string? user, string path, ContentWriterParameters parameters, Action<ErrorRecord> report, CancellationToken stop)
    {
        _sandbox = sandbox;
        _options = new SandboxFileOptions { User = user };
        _path = path;
        _parameters = parameters;
        _report = report;
        _stop = stop;
    }

    /// <summary>Takes values: text, each a line unless told otherwise, or bytes.</summary>
    public IList Write(IList content)
    {
        Start();
        _buffer.ResetWrittenCount();
        foreach (object? value in content)
        {
            Add(value is PSObject wrapped ? wrapped.BaseObject : value);
        }

        Task room = _writing!.Add(_buffer.WrittenSpan);
        if (room.IsCompletedSuccessfully && !_upload!.IsCompleted)
        {
            return content;
        }

        Report(async token =>
        {
            await room.WaitAsync(token).ConfigureAwait(false);
            if (_upload!.IsFaulted)
            {
                await _upload.ConfigureAwait(false);
            }
        });
        return content;
    }

    /// <summary>Goes to the end, before anything is written: what comes is added to the file.</summary>
    public void Seek(long offset, SeekOrigin origin) => _append = origin == SeekOrigin.End && offset == 0 && _upload is null
        ? true
        : throw new NotSupportedException("Content of a sandbox is written from its beginning, or added to its end.");

    /// <summary>Waits for the end of the upload.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Start();
        _writing!.Complete();
        Report(token => _upload!.WaitAsync(token));
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Start()
    {
        if (_upload is null)
        {
            byte[] mark = _parameters.AsByteStream ? [] : _parameters.Encoding.GetPreamble();
            _writing = new FileWriting(_sandbox, new WriteForm(_path, _options, _append, mark));
            _upload = Task.Run(() => _writing.RunAsync(_stop), CancellationToken.None);
        }
    }

    private void Report(Func<CancellationToken, Task> work)
    {
        try
        {
            AsyncBridge.Run(
                async token =>
                {
                    await work(token).ConfigureAwait(false);
                    return true;
                },
                _stop);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            // Not thrown: what comes out of closing, the engine drops.
            if (!_failed)
            {
                _failed = true;
                _report(ErrorFactory.Create(e, _path));
            }
        }
    }

    private void Add(object? value)
    {
        if (_parameters.AsByteStream)
        {
            _buffer.Write(value is byte[] bytes ? bytes : [LanguagePrimitives.ConvertTo<byte>(value)]);
            return;
        }

        // An array among the values is one value to the engine, and several lines to a person.
        if (value is IEnumerable several and not string)
        {
            foreach (object? one in several)
            {
                Add(one);
            }

            return;
        }

        Encoding encoding = _parameters.Encoding;
        encoding.GetBytes(LanguagePrimitives.ConvertTo<string>(value).AsSpan(), _buffer);
        if (!_parameters.NoNewline)
        {
            encoding.GetBytes("\n".AsSpan(), _buffer);
        }
    }
}

using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Drive;

/// <summary>
/// A file's new content from Set-Content and Add-Content, sent while it comes. It is complete when the writer has been
/// closed; a failure is reported once, by the next write or by closing.
/// </summary>
internal sealed class DriveContentWriter : IContentWriter
{
    /// <summary>Adds one file to the end of another, and takes it away.</summary>
    private const string AppendScript = """cat -- "$1" >> "$2"; status=$?; rm -f -- "$1"; exit $status""";

    /// <summary>How long taking away what an interrupted Add-Content has left may hold up the prompt.</summary>
    private static readonly TimeSpan _cleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly Sandbox _sandbox;
    private readonly SandboxFileOptions _options;
    private readonly string _path;
    private readonly ContentWriterParameters _parameters;
    private readonly Action<ErrorRecord> _report;
    private readonly CancellationToken _stop;
    private readonly InputFlow _content = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private bool _append;
    private bool _closed;
    private bool _failed;
    private Task<bool>? _upload;

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

        Task room = _content.Write(_buffer.WrittenSpan);
        Report(async token =>
        {
            await room.WaitAsync(token).ConfigureAwait(false);
            return !_upload!.IsFaulted || await _upload.ConfigureAwait(false);
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
        _content.Complete();
        Report(token => _upload!.WaitAsync(token));
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Start() => _upload ??= Task.Run(UploadAsync, CancellationToken.None);

    private void Report(Func<CancellationToken, Task<bool>> work)
    {
        try
        {
            AsyncBridge.Run(work, _stop);
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

    private async Task<bool> UploadAsync()
    {
        try
        {
            bool append = _append && await _sandbox.Files.ExistsAsync(_path, _options, _stop).ConfigureAwait(false);
            ReadOnlyMemory<byte> mark = append || _parameters.AsByteStream ? default : _parameters.Encoding.GetPreamble();
            using var source = new InputFlowStream(_content, mark);
            if (append)
            {
                await AppendAsync(source).ConfigureAwait(false);
            }
            else
            {
                await _sandbox.Files.WriteAsync(_path, source, _options, _stop).ConfigureAwait(false);
            }

            return true;
        }
        finally
        {
            _content.Refuse();
        }
    }

    /// <summary>The service only replaces files. So what is added is sent beside the file, and put to its end there.</summary>
    private async Task AppendAsync(Stream source)
    {
        string part = $"/tmp/.e2b-add-{Guid.NewGuid():n}";
        try
        {
            await _sandbox.Files.WriteAsync(part, source, _options, _stop).ConfigureAwait(false);
            var options = new CommandOptions { User = _options.User, WorkingDirectory = "/", Timeout = TimeSpan.Zero };
            CommandResult result = await _sandbox.Commands.RunAsync(
                "/bin/sh", ["-c", AppendScript, "sh", part, _path], options, _stop).ConfigureAwait(false);
            result.EnsureSuccess();
        }
        catch
        {
            await RemoveQuietlyAsync(part).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RemoveQuietlyAsync(string path)
    {
        using var limit = new CancellationTokenSource(_cleanUpLimit);
        try
        {
            await _sandbox.Files.RemoveAsync(path, _options, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // The failure that led here is the one to tell of.
        }
    }
}

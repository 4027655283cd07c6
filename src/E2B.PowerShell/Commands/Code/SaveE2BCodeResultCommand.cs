using System.Management.Automation;
using E2B.PowerShell.Code;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Copying;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Writes what code showed into files: pictures, documents, tables. The file's name says in which form.</summary>
[Cmdlet(VerbsData.Save, "E2BCodeResult", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo), typeof(string))]
public sealed class SaveE2BCodeResultCommand : E2BCmdlet
{
    private readonly List<CodeResult> _without = [];
    private string _path = string.Empty;
    private string? _form;
    private bool _isDirectory;
    private int _saved;

    /// <summary>The file, or a directory for one file of each result.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Results, or executions with theirs. Text goes on down the pipeline.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>The representation to save. What the file's name asks for without it; in a directory the one that shows most.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CodeFormatCompleter))]
    public string? Format { get; set; }

    /// <summary>Replace files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The files that were written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _path = LocalItems.Resolve(this, Path);
        _isDirectory = System.IO.Path.EndsInDirectorySeparator(_path) || Directory.Exists(_path);
        _form = Format?.ToLowerInvariant() switch
        {
            "jpg" => "jpeg",
            "md" => "markdown",
            "txt" => "text",
            "js" => "javascript",
            "tex" => "latex",
            var named => named,
        };
        _form ??= _isDirectory ? null : ResultFile.FormOf(_path);
        if (_form is not null ? !ResultFile.Names.Contains(_form) : !_isDirectory)
        {
            Refuse(
                "E2BUnknownFormat",
                $"'{Format ?? Path}' names no form that a result can be saved in. These can: {string.Join(", ", ResultFile.Names)}; a file's extension or -Format says which.",
                Format ?? Path);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (InputObject?.BaseObject)
        {
            case CodeResult result:
                Save(result);
                break;
            case CodeExecution execution:
                foreach (CodeResult result in execution.Results)
                {
                    Save(result);
                }

                break;
            case string:
                // What the code printed comes down the same pipeline.
                WriteObject(InputObject);
                break;
            case null:
                break;
            default:
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BInvalidArgument", $"'{InputObject}' is no result of code. Pipe what Invoke-E2BCode returns.", InputObject));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_saved > 0 || _without.Count == 0)
        {
            return;
        }

        string[] there = [.. _without.SelectMany(static result => result.Formats).Distinct()];
        WriteError(ErrorFactory.NotFound(
            "E2BNoSuchFormat", $"No result has {(_form is null ? "a form that can be saved" : $"the form {_form}")}. There is: {(there.Length == 0 ? "nothing" : string.Join(", ", there))}.", _without[0]));
    }

    private void Save(CodeResult result)
    {
        string? form = _form ?? ResultFile.BestOf(result);
        if (form is null || ResultFile.Content(result, form) is not { } content)
        {
            _without.Add(result);
            return;
        }

        string file = _isDirectory ? NextFile(ResultFile.ExtensionOf(form)) : _path;
        _saved++;
        if (!_isDirectory && _saved > 1)
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BSeveralResults", $"Another result has the form {form}, and '{file}' has one already. Give a directory for all of them.", result));
        }
        else if (ShouldProcess(file, $"Save the result as {form}") && TryAwait(token => WriteAsync(file, content, token), file, out FileInfo written) && PassThru)
        {
            WriteObject(LocalItems.Present(this, written));
        }
    }

    /// <summary>The next name in the directory. Those that are there are left alone, unless they may be replaced.</summary>
    private string NextFile(string extension)
    {
        for (int number = _saved + 1; ; number++)
        {
            string file = System.IO.Path.Combine(_path, $"result-{number}{extension}");
            if (Force || !File.Exists(file))
            {
                return file;
            }
        }
    }

    private async Task<FileInfo> WriteAsync(string file, byte[] content, CancellationToken cancellationToken)
    {
        if (_isDirectory)
        {
            Directory.CreateDirectory(_path);
        }

        await LocalDraft.WriteAsync(file, content, Force, cancellationToken).ConfigureAwait(false);
        return new FileInfo(file);
    }
}

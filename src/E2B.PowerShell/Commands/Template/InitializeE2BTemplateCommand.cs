using System.Management.Automation;
using E2B.PowerShell.Copying;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Lays out a folder to begin a template with.</summary>
[Cmdlet(VerbsData.Initialize, "E2BTemplate", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class InitializeE2BTemplateCommand : E2BCmdlet
{
    /// <summary>The folder.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The template's name; without it, the folder's.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Overwrites files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string folder = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            Refuse("E2BNotAFile", $"'{Path}' is no place for files: it belongs to the provider {provider.Name}. Give a folder on this machine.", Path);
        }

        (string Path, string Text)[] files =
            [.. StarterFolder.FilesFor(ChooseName(folder)).Select(file => (System.IO.Path.GetFullPath(file.Path, folder), file.Text))];
        RefuseWhatIsThere(folder, files);
        foreach ((string path, string text) in files)
        {
            if (ShouldProcess(path, "Write"))
            {
                Write(path, text);
            }
        }
    }

    private string ChooseName(string folder)
    {
        string given = Name ?? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(folder));
        string name = given.Trim().ToLowerInvariant();
        if (!TemplateNames.IsPlainName(name))
        {
            string what = Name is null ? $"The folder's name '{given}' cannot be a template's: give -Name." : $"'{given}' cannot be a template's name.";
            Refuse("E2BInvalidTemplateName", $"{what} {TemplateNames.Rule}", Name ?? Path);
        }

        return name;
    }

    private void RefuseWhatIsThere(string folder, (string Path, string Text)[] files)
    {
        string[] there = [.. files.Where(file => File.Exists(file.Path)).Select(file => System.IO.Path.GetRelativePath(folder, file.Path))];
        if (there.Length > 0 && !Force)
        {
            ThrowTerminatingError(new ErrorRecord(
                new E2BConflictException($"There is {string.Join(", ", there)} in '{folder}' already. Nothing was written. Choose another folder, or overwrite with -Force."),
                "E2BLocalFileExists",
                ErrorCategory.ResourceExists,
                Path));
        }
    }

    private void Write(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, path));
        }

        WriteObject(LocalItems.Present(this, new FileInfo(path)));
    }
}

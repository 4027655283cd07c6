using System.Management.Automation;

namespace E2B.PowerShell.Git;

/// <summary>The base of operations that can be about some files alone.</summary>
public abstract class FileOperation : GitOperation
{
    /// <summary>Names of files taken as they are.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralFile { get; set; }

    /// <summary>The files meant, by one of both parameters.</summary>
    private protected string[]? Chosen(string[]? file) => file is null || LiteralFile is null
        ? file ?? LiteralFile
        : throw new E2BInvalidArgumentException("There are both -File and -LiteralFile. Give one of them.");

    /// <summary>What all of these take alike.</summary>
    private protected T Options<T>(GitContext context, string[]? file)
        where T : GitFilesOptions, new()
    {
        T options = context.Options<T>();
        options.Files = Chosen(file);
        options.LiteralFiles = LiteralFile is not null;
        return options;
    }
}

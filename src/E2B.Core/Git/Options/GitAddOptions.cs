namespace E2B;

/// <summary>What to stage. Everything is optional.</summary>
public sealed class GitAddOptions : GitFilesOptions
{
    /// <summary>Without files: whether all changes in the whole repository are staged, as by default, or those in the directory.</summary>
    public bool All { get; set; } = true;
}

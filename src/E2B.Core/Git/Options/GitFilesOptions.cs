namespace E2B;

/// <summary>Which files of a repository are meant. Everything is optional.</summary>
public class GitFilesOptions : GitOptions
{
    /// <summary>The files, relative to the repository's path that is given: git's pathspecs, where <c>*</c> and a leading <c>:</c> have a meaning.</summary>
    public IReadOnlyList<string>? Files { get; set; }

    /// <summary>Whether <see cref="Files"/> are names to be taken as they are.</summary>
    public bool LiteralFiles { get; set; }
}

using System.Management.Automation;

namespace E2B.PowerShell.Git.Branches;

/// <summary>Makes or deletes a tag; without one, lists them.</summary>
public sealed class TagOperation : GitOperation
{
    /// <summary>The tag.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>The commit, branch or tag that it names.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>The message.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Message { get; set; }

    /// <summary>Do it though something would be lost.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Delete it.</summary>
    [Parameter]
    public SwitchParameter Delete { get; set; }

    internal override string? Action => Tag is null ? null : Delete ? $"Delete the tag '{Tag}'" : $"Make the tag '{Tag}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        bool isMade = Target is not null || Message is not null || Force;
        if ((Tag is null && (isMade || Delete)) || (Delete && isMade))
        {
            throw new E2BInvalidArgumentException("-Target, -Message and -Force go with a -Tag that is made, -Delete with one that is there.");
        }

        if (Tag is null)
        {
            return await git.TagsAsync(context.Path, context.Options<GitOptions>(), stop).ConfigureAwait(false);
        }

        if (Delete)
        {
            return await git.DeleteTagAsync(context.Path, Tag, context.Options<GitOptions>(), stop).ConfigureAwait(false);
        }

        GitTagOptions options = context.Options<GitTagOptions>();
        options.Target = Target;
        options.Message = Message;
        options.Force = Force;
        return await git.CreateTagAsync(context.Path, Tag, options, stop).ConfigureAwait(false);
    }
}

using System.Management.Automation;

namespace E2B.PowerShell.Git.Settings;

/// <summary>Leaves a credential behind in the sandbox.</summary>
public sealed class DangerouslyAuthenticateOperation : RemoteOperation
{
    /// <summary>The server.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = "github.com";

    /// <summary>The protocol.</summary>
    [Parameter]
    [ValidateSet("https", "http")]
    public string Protocol { get; set; } = "https";

    internal override string? Action => $"Leave a credential for {HostName} behind";

    internal override string? Warning =>
        "DangerouslyAuthenticate leaves the credential in the sandbox, in clear text, in the file .git-credentials of the home: whatever runs there as the "
        + "same user can read it. Give -Credential or -Token to the operations themselves instead, which leaves nothing.";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitAuthenticateOptions options = context.Options<GitAuthenticateOptions>();
        options.Host = HostName;
        options.Protocol = Protocol;
        GitCredential answer = Answer ?? throw new E2BInvalidArgumentException("There is no credential to leave behind. Give -Credential or -Token.");
        return await git.DangerouslyAuthenticateAsync(answer, options, stop).ConfigureAwait(false);
    }
}

using System.Management.Automation;
using System.Security;
using System.Text.RegularExpressions;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Git;

/// <summary>The base of operations that talk to a server.</summary>
public abstract partial class RemoteOperation : GitOperation
{
    /// <summary>A user name and a password or token for HTTP(S).</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A token for HTTP(S), where the user name does not matter.</summary>
    [Parameter]
    [SecretTransformation]
    public SecureString? Token { get; set; }

    /// <summary>The user name that goes with the token.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>What git gets when it asks; <see langword="null"/> for nothing.</summary>
    private protected GitCredential? Answer => (Credential, Token) switch
    {
        ({ } credential, null) when UserName is null => new GitCredential(credential.UserName, credential.Password),
        (null, { } token) => new GitCredential(UserName ?? GitCredential.DefaultUserName, token),
        (null, null) when UserName is null => null,
        _ => throw new E2BInvalidArgumentException("Give either -Credential, or -Token and with it -UserName where that matters."),
    };

    /// <summary>An address that is to be shown before Core has refused it.</summary>
    private protected static string WithoutSecret(string address) => UserInfo().Replace(address, "//***@");

    /// <summary>What all of these take alike.</summary>
    private protected T Options<T>(GitContext context)
        where T : GitRemoteOptions, new()
    {
        T options = context.Options<T>();
        options.Credential = Answer;
        options.Progress = context.Progress;
        return options;
    }

    [GeneratedRegex("//[^/?#]*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}

using System.Net;
using System.Security;
using System.Text;

namespace E2B;

/// <summary>A user name and a password or token for a git server that is reached by HTTP(S).</summary>
/// <remarks>It is shown nowhere: neither by <see cref="ToString"/> nor in an error.</remarks>
public sealed class GitCredential
{
    /// <summary>The user name that goes with a token where the server does not care for one, as GitHub and GitLab do not: <c>x-access-token</c>.</summary>
    public const string DefaultUserName = "x-access-token";

    /// <summary>Makes a credential.</summary>
    /// <param name="userName">The user name.</param>
    /// <param name="password">The password or token.</param>
    /// <exception cref="E2BInvalidArgumentException">One of them is empty, or has more than one line.</exception>
    public GitCredential(string userName, string password)
    {
        UserName = Check(userName, "user name");
        Password = Check(password, "password or token");
    }

    /// <summary>Makes a credential.</summary>
    /// <param name="userName">The user name.</param>
    /// <param name="password">The password or token.</param>
    /// <exception cref="E2BInvalidArgumentException">One of them is empty, or has more than one line.</exception>
    public GitCredential(string userName, SecureString password)
        : this(userName, new NetworkCredential(string.Empty, password).Password)
    {
    }

    /// <summary>The user name.</summary>
    public string UserName { get; }

    internal string Password { get; }

    /// <summary>Both as HTTP sends them, which a trace of git's may show.</summary>
    internal string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));

    /// <summary>The user name.</summary>
    public override string ToString() => UserName;

    private static string Check(string value, string what)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new E2BInvalidArgumentException($"A git credential needs a user name and a password or token: its {what} is empty.");
        }

        // Git's credential protocol has a line for each.
        return value.AsSpan().IndexOfAny("\0\r\n") < 0
            ? value
            : throw new E2BInvalidArgumentException($"The {what} of a git credential cannot have more than one line, or a zero character.");
    }
}

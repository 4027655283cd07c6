namespace E2B;

/// <summary>Git failed in a sandbox. Those kinds of failure that a program can do something about have types of their own.</summary>
public class GitException : E2BException
{
    internal GitException(string message, CommandResult result, string gitMessage)
        : base(message)
    {
        Result = result;
        GitMessage = gitMessage;
    }

    /// <summary>How git ended, with what it wrote. Passwords and tokens are taken out.</summary>
    public CommandResult Result { get; }

    /// <summary>What git said, in English.</summary>
    public string GitMessage { get; }
}

/// <summary>The server wants a credential, or did not take the one that it got.</summary>
public sealed class GitAuthenticationException : GitException
{
    internal GitAuthenticationException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>The branch has no upstream, and none was named.</summary>
public sealed class GitUpstreamException : GitException
{
    internal GitUpstreamException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>Changes could not be put together, or would be lost.</summary>
public sealed class GitConflictException : GitException
{
    internal GitConflictException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>The remote has commits that are not here, so that a push or pull is not a mere step forward.</summary>
public sealed class GitDivergedException : GitException
{
    internal GitDivergedException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>There is no repository at the path, or one without files of its own where it needs them.</summary>
public sealed class GitRepositoryException : GitException
{
    internal GitRepositoryException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>It is not known who commits.</summary>
public sealed class GitIdentityException : GitException
{
    internal GitIdentityException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>There is no such remote repository, branch, commit, tag, remote, stash or file.</summary>
public sealed class GitNotFoundException : GitException
{
    internal GitNotFoundException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>What was to be made is there already.</summary>
public sealed class GitExistsException : GitException
{
    internal GitExistsException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>The server of the remote repository cannot be reached from the sandbox, or the connection to it broke.</summary>
public sealed class GitUnreachableException : GitException
{
    internal GitUnreachableException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

/// <summary>There is no git in the sandbox.</summary>
public sealed class GitNotInstalledException : GitException
{
    internal GitNotInstalledException(string message, CommandResult result, string gitMessage)
        : base(message, result, gitMessage)
    {
    }
}

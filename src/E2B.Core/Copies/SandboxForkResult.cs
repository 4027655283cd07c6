using System.Diagnostics.CodeAnalysis;

namespace E2B;

/// <summary>What became of one fork: a sandbox, or a failure.</summary>
public sealed class SandboxForkResult
{
    internal SandboxForkResult(Sandbox sandbox) => Sandbox = sandbox;

    internal SandboxForkResult(E2BException error) => Error = error;

    /// <summary>Whether it was made.</summary>
    [MemberNotNullWhen(true, nameof(Sandbox))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Sandbox is not null;

    /// <summary>The sandbox; <see langword="null"/> when it was not made.</summary>
    public Sandbox? Sandbox { get; }

    /// <summary>Why it was not made; <see langword="null"/> when it was.</summary>
    public E2BException? Error { get; }
}

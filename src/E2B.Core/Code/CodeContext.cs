using E2B.Protocol.Rest;

namespace E2B;

/// <summary>A context of a code interpreter: a kernel, which keeps what code that ran in it left behind.</summary>
public sealed class CodeContext
{
    internal CodeContext(Sandbox sandbox, CodeContextModel model)
    {
        Sandbox = sandbox;
        Id = model.Id;
        Language = model.Language ?? string.Empty;
        WorkingDirectory = model.Cwd ?? string.Empty;
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>The language of its code.</summary>
    public string Language { get; }

    /// <summary>The directory in the sandbox that its code started in.</summary>
    public string WorkingDirectory { get; }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId => Sandbox.SandboxId;

    /// <summary>The sandbox that it is in.</summary>
    public Sandbox Sandbox { get; }

    /// <summary>The context's id.</summary>
    public override string ToString() => Id;
}

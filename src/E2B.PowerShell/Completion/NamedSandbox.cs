using System.Collections;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>Finds the sandbox that a command line is about, without a request.</summary>
internal static class NamedSandbox
{
    /// <summary>The sandbox on the command line, else the default one; <see langword="null"/> when there is neither.</summary>
    public static Sandbox? Of(IDictionary boundParameters)
    {
        // What is the only positional so far is bound to -Sandbox here, a path too.
        object? named = SandboxArgument.Enumerate(boundParameters["Sandbox"]).FirstOrDefault();
        named = named is string text && !SandboxArgument.CanBeId(text) ? null : named;
        return named is null
            ? E2BSession.Current.Defaults.Sandbox
            : SandboxArgument.TryGetSandbox(named, out Sandbox? given)
                ? given
                : RunningSandboxes.ClientFor(boundParameters).Sandboxes.Attach(SandboxArgument.GetId(named));
    }
}

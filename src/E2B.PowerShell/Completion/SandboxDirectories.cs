using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>What completers of paths ask a sandbox for, kept for a few seconds: a person types on and asks again.</summary>
internal static class SandboxDirectories
{
    /// <summary>A person waits at the prompt: a sandbox that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _kept = TimeSpan.FromSeconds(5);

    /// <summary>The entries of a directory of the sandbox on the command line, else of the default one; none where that does not work.</summary>
    public static IReadOnlyList<SandboxEntry> List(IDictionary boundParameters, string directory)
    {
        try
        {
            E2BSession session = E2BSession.Current;

            Sandbox? sandbox = NamedSandbox.Of(boundParameters);
            if (sandbox is null)
            {
                return [];
            }

            object? user = boundParameters["User"];
            return session.Directories.GetOrAdd(
                (sandbox.SandboxId, (user as PSObject)?.BaseObject as string ?? user as string, directory),
                _kept,
                key => Ask(sandbox, key.Directory, key.User));
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }

    private static IReadOnlyList<SandboxEntry> Ask(Sandbox sandbox, string directory, string? user)
    {
        using var limit = new CancellationTokenSource(_limit);
        return Task.Run(() => sandbox.Files.ListAsync(directory, 1, new SandboxFileOptions { User = user }, limit.Token)).GetAwaiter().GetResult();
    }
}

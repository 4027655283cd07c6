using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Files;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Removes files and directories in a sandbox, as Remove-Item does local ones.</summary>
[Cmdlet(VerbsCommon.Remove, "E2BItem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveE2BItemCommand : EntryCmdlet
{
    private readonly Dictionary<string, string> _homes = [];

    /// <summary>Directories with all they hold.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>What is not there is no error, and wildcards stand for names that begin with a dot too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool CollectsInput => true;

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        EntryTarget[] allowed = [.. targets.Where(IsNoDot)];
        IReadOnlyList<SandboxEntry>?[] found = ForEach(allowed, static target => target, (target, _, stop) => FindAsync(target, stop), sideBySide: true);
        (EntryTarget Target, SandboxEntry Entry)[] chosen = [.. allowed.Zip(found)
            .SelectMany(static pair => (pair.Second ?? []).Select(entry => (pair.First, entry)))
            .Where(pair => IsUnprotected(pair.First, pair.entry)
                && ShouldProcess($"{pair.entry.Path} in sandbox {pair.First.Origin.SandboxId}", "Remove"))];
        ForEach(
            chosen,
            static pair => pair.Target with { Path = pair.Entry.Path },
            (pair, writer, stop) => RemoveAsync(pair.Target, pair.Entry, writer, stop),
            sideBySide: true);
    }

    private static bool IsRealDirectory(SandboxEntry entry) => entry is { IsDirectory: true, SymlinkTarget: null };

    /// <summary>What these mean once links are followed nobody can see from the path; rm(1) refuses them as well.</summary>
    private bool IsNoDot(EntryTarget target)
    {
        if (SandboxPath.NameOf(target.Path) is not ("." or ".."))
        {
            return true;
        }

        Protect(target.Path, "its name is '.' or '..'.");
        return false;
    }

    private async Task<IReadOnlyList<SandboxEntry>> FindAsync(EntryTarget target, CancellationToken stop)
    {
        try
        {
            // A piped entry may be gone by now.
            return await (target with { Entry = null }).FindAsync(Options, Force, stop).ConfigureAwait(false);
        }
        catch (SandboxFileNotFoundException) when (Force)
        {
            return [];
        }
    }

    private bool IsUnprotected(EntryTarget target, SandboxEntry entry)
    {
        if (!IsRealDirectory(entry))
        {
            return true;
        }

        string path = SandboxPath.Clean(entry.Path);
        if (path == "/")
        {
            Protect(entry.Path, "it is the root of the file system.");
            return false;
        }

        string sandboxId = target.Origin.SandboxId;
        if (!_homes.TryGetValue(sandboxId, out string? home))
        {
            if (!TryAwait(token => target.Sandbox.Files.GetInfoAsync("~", Options, token), entry.Path, out SandboxEntry there))
            {
                return false;
            }

            home = SandboxPath.Clean(there.Path);
            _homes.Add(sandboxId, home);
        }

        if (home != path && !home.StartsWith(path + "/", StringComparison.Ordinal))
        {
            return true;
        }

        Protect(entry.Path, home == path ? "it is the home of the user." : $"the home of the user, {home}, is in it.");
        return false;
    }

    private void Protect(string path, string reason) => WriteError(ErrorFactory.InvalidArgument(
        "E2BProtectedPath", $"'{path}' is not removed: {reason} To remove what is in it, add /*.", path));

    private async Task<bool> RemoveAsync(EntryTarget target, SandboxEntry entry, PipelineWriter writer, CancellationToken stop)
    {
        if (!Recurse
            && IsRealDirectory(entry)
            && (await target.Sandbox.Files.ListAsync(entry.Path, 1, Options, stop).ConfigureAwait(false)).Count > 0)
        {
            await writer.FailureAsync(ErrorFactory.InvalidArgument(
                "E2BDirectoryNotEmpty",
                $"'{entry.Path}' is not removed: it is a directory that is not empty. Add -Recurse to remove all that it holds.",
                entry.Path)).ConfigureAwait(false);
            return false;
        }

        await target.Sandbox.Files.RemoveAsync(entry.Path, Options, stop).ConfigureAwait(false);
        return true;
    }
}

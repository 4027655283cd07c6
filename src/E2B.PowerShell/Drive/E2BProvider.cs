using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Drive.Parameters;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Drive;

/// <summary>The files of a sandbox as a drive: <c>New-PSDrive -Name sbx -PSProvider E2B -Root &lt;sandbox id&gt;[:/path]</c>.</summary>
[CmdletProvider("E2B", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
[OutputType(typeof(SandboxEntry), ProviderCmdlet = "Get-Item")]
[OutputType(typeof(SandboxEntry), typeof(string), ProviderCmdlet = "Get-ChildItem")]
[OutputType(typeof(SandboxEntry), ProviderCmdlet = "New-Item")]
[OutputType(typeof(SandboxEntry), ProviderCmdlet = "Copy-Item")]
[OutputType(typeof(SandboxEntry), ProviderCmdlet = "Move-Item")]
[OutputType(typeof(SandboxEntry), ProviderCmdlet = "Rename-Item")]
[OutputType(typeof(string), typeof(byte), ProviderCmdlet = "Get-Content")]
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "Nobody says when the engine is done with a provider object; its token source has no timer and no handle.")]
public sealed partial class E2BProvider : NavigationCmdletProvider, IContentCmdletProvider
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>What is kept from call to call.</summary>
    private static DriveState State => E2BSession.Current.Drive;

    /// <summary>The running command's cache.</summary>
    private EntryCache Cache
    {
        get
        {
            EntryCache cache = State.Cache;
            cache.Enter(RunningCommand.Of(this));
            return cache;
        }
    }

    /// <summary>Ctrl+C.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    protected override object NewDriveDynamicParameters() => new NewDriveParameters();

    /// <inheritdoc/>
    protected override Collection<PSDriveInfo> InitializeDefaultDrives() => [];

    /// <summary>Makes a drive of a sandbox that is there, whose root is a directory that is there.</summary>
    protected override PSDriveInfo NewDrive(PSDriveInfo drive)
    {
        ArgumentNullException.ThrowIfNull(drive);

        NewDriveParameters parameters = DynamicParameters as NewDriveParameters ?? new();
        E2BSession session = E2BSession.Current;
        E2BDriveInfo made = AwaitOrEnd(token => NewDriveAsync(drive, parameters, session, token), drive.Root);
        session.Drive.Drives.Add(made);
        return made;
    }

    private async Task<E2BDriveInfo> NewDriveAsync(
        PSDriveInfo drive, NewDriveParameters parameters, E2BSession session, CancellationToken cancellationToken)
    {
        bool isPathAlone = drive.Root.Length == 0 || drive.Root[0] is '/' or '\\';
        (string id, string[] parts) = isPathAlone ? (string.Empty, DrivePaths.Split(drive.Root)) : DriveTarget.Divide(drive.Root);
        object? named = parameters.Sandbox ?? (id.Length > 0 ? id : await DefaultSandboxAsync(parameters, session, cancellationToken).ConfigureAwait(false));
        if (named is null)
        {
            throw new RecordedException(ErrorFactory.InvalidArgument(
                "E2BNoSandbox",
                "The root names no sandbox, and there is no default. Give it as -Root <sandbox id> or -Root <sandbox id>:/path, or give -Sandbox.",
                drive.Root));
        }

        string namedId = SandboxArgument.GetId(named);
        if (id.Length > 0 && id != namedId)
        {
            throw new E2BInvalidArgumentException($"-Root names the sandbox {id}, and -Sandbox is {namedId}. With -Sandbox, -Root is the path alone.");
        }

        Sandbox sandbox = SandboxArgument.TryGetSandbox(named, out Sandbox? given)
            ? given!
            : await SandboxArgument.FindAsync(Clients.For(Connections.Resolve(parameters.Connection, session)), namedId, cancellationToken).ConfigureAwait(false);
        if (parameters.RequestTimeoutSec is { } seconds)
        {
            sandbox = sandbox.WithRequestTimeout(TimeSpan.FromSeconds(seconds));
        }

        DriveTarget root = DriveTarget.Parse($"{namedId}:/{string.Join('/', parts)}");
        SandboxEntry entry = await sandbox.Files.GetInfoAsync(
            root.Path, new SandboxFileOptions { User = parameters.User }, cancellationToken).ConfigureAwait(false);
        return entry.IsDirectory
            ? new E2BDriveInfo(drive, ProviderInfo, sandbox, root.ToProviderPath(Path.DirectorySeparatorChar), parameters.User)
            : throw new E2BInvalidArgumentException($"'{root.Path}' in the sandbox {namedId} is no directory, and cannot be the root of a drive.");
    }

    private static async Task<Sandbox?> DefaultSandboxAsync(NewDriveParameters parameters, E2BSession session, CancellationToken cancellationToken) =>
        session.DefaultSandbox.IsAtHand
            ? session.Defaults.Sandbox
            : (await session.DefaultSandbox.GetAsync(
                Clients.For(Connections.Resolve(parameters.Connection, session)), cancellationToken).ConfigureAwait(false)).Sandbox;

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        E2BSession.Current.Drive.Drives.RemoveAll(known => ReferenceEquals(known, drive));
        return drive;
    }

    /// <summary>The sandbox that a path names, and for whom to work in it: its drive's, else that of the session's connection.</summary>
    private (Sandbox Sandbox, string? User) SandboxOf(DriveTarget target)
    {
        if (PSDriveInfo is E2BDriveInfo current && current.SandboxId == target.SandboxId)
        {
            return (current.Sandbox, current.User);
        }

        // Objects of the drive name themselves by paths without it: PSPath.
        E2BSession session = E2BSession.Current;
        E2BDriveInfo? drive = session.Drive.Drives
            .Where(drive => drive.SandboxId == target.SandboxId)
            .MaxBy(drive => Contains(drive, target) ? drive.Root.Length : 0);
        if (drive is not null)
        {
            return (drive.Sandbox, drive.User);
        }

        Sandbox found = AwaitOrEnd(
            async token =>
            {
                E2BConnection connection = Connections.Resolve(null, session);
                if (!session.Drive.Sandboxes.TryGetValue((connection, target.SandboxId), out Sandbox? sandbox))
                {
                    sandbox = await SandboxArgument.FindAsync(Clients.For(connection), target.SandboxId, token).ConfigureAwait(false);
                    session.Drive.Sandboxes[(connection, target.SandboxId)] = sandbox;
                }

                return sandbox;
            },
            target.ToString());
        return (found, null);
    }

    private static bool Contains(E2BDriveInfo drive, DriveTarget target)
    {
        DriveTarget root = DriveTarget.Parse(drive.Root);
        return root.IsRoot || target.Path == root.Path || target.Path.StartsWith(root.Path + "/", StringComparison.Ordinal);
    }

    /// <summary>The sandbox's files and how to work with them.</summary>
    private (FilesClient Files, SandboxFileOptions Options) FilesOf(DriveTarget target)
    {
        (Sandbox sandbox, string? user) = SandboxOf(target);
        return (sandbox.Files, new SandboxFileOptions { User = user });
    }

    /// <summary>Reads a path; one that can be none ends the command.</summary>
    private DriveTarget Parse(string path)
    {
        var drive = PSDriveInfo as E2BDriveInfo;
        if (drive is not null && path.Length > 0 && path[0] is '/' or '\\')
        {
            // With -LiteralPath the engine sometimes leaves the root out.
            path = DrivePaths.Make(drive!.Root, path, _separator);
        }

        try
        {
            return DriveTarget.Parse(path, drive?.Root);
        }
        catch (E2BInvalidArgumentException e)
        {
            throw new RecordedException(ErrorFactory.Create(e, path));
        }
    }

    /// <summary>Waits for work, until Ctrl+C. The engine tells the provider of that, except where it asks on its own behalf.</summary>
    private T Await<T>(Func<CancellationToken, Task<T>> work)
    {
        Cmdlet? command = RunningCommand.Of(this);
        return AsyncBridge.Run(work, _stop, () => command is { Stopping: true });
    }

    /// <summary>Does something that the rest depends on: a failure ends the command, by the id that it has everywhere.</summary>
    private T AwaitOrEnd<T>(Func<CancellationToken, Task<T>> work, object? target)
    {
        try
        {
            return Await(work);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            throw new RecordedException(ErrorFactory.Create(e, target));
        }
    }

    /// <summary>Does something to one item: a failure is an error about it, and the command goes on with the next.</summary>
    private bool TryAwait<T>(Func<CancellationToken, Task<T>> work, DriveTarget target, out T result)
    {
        try
        {
            result = Await(work);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            WriteError(ErrorFactory.Create(e, target.Path));
            result = default!;
            return false;
        }
    }

    /// <summary>Changes something; what was known before is not known any more, whether it worked or not.</summary>
    private bool TryChange<T>(Func<CancellationToken, Task<T>> work, DriveTarget target, out T result)
    {
        try
        {
            return TryAwait(work, target, out result);
        }
        finally
        {
            Cache.Forget();
        }
    }
}

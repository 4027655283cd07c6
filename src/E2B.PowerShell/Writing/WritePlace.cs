using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Writing;

/// <summary>What is where a file is to be written, and how that is kept until all of the new content is there.</summary>
internal sealed class WritePlace
{
    /// <summary>What a new file gets, and what a file under another name has.</summary>
    private const int NewFileMode = 0b110_100_100;

    /// <summary>How long taking away what was left half written may take.</summary>
    private static readonly TimeSpan _cleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly Sandbox _sandbox;
    private readonly WriteForm _form;
    private readonly SandboxEntry? _there;
    private readonly string _path;

    private WritePlace(Sandbox sandbox, WriteForm form, SandboxEntry? there)
    {
        _sandbox = sandbox;
        _form = form;
        _there = there;

        // The file that a link leads to is replaced, not the link.
        _path = there?.SymlinkTarget ?? form.Path;
    }

    /// <summary>Whether nothing is there before the new content.</summary>
    public bool NeedsMark => !_form.Append || _there is null || _there.Size == 0;

    private SandboxFileOptions AsUser => new() { User = _form.Options.User };

    /// <summary>Looks what is there.</summary>
    /// <exception cref="E2BInvalidArgumentException">A directory.</exception>
    public static async Task<WritePlace> FindAsync(Sandbox sandbox, WriteForm form, CancellationToken stop)
    {
        var options = new SandboxFileOptions { User = form.Options.User };
        SandboxEntry? there;
        try
        {
            there = await sandbox.Files.GetInfoAsync(form.Path, options, stop).ConfigureAwait(false);
        }
        catch (SandboxFileNotFoundException)
        {
            there = null;
        }

        return there is not { IsDirectory: true }
            ? new WritePlace(sandbox, form, there)
            : throw new E2BInvalidArgumentException($"Could not write the file '{form.Path}': it is a directory.") { SandboxId = sandbox.SandboxId };
    }

    /// <summary>Writes the content.</summary>
    public async Task<SandboxEntry> WriteAsync(Stream content, CancellationToken stop)
    {
        using (content)
        {
            // A device or a pipe takes content as it comes, and a link to nothing decides itself where that goes.
            if (_there is { Type: not SandboxEntryType.File } && !_form.Append)
            {
                return await _sandbox.Files.WriteAsync(_form.Path, content, _form.Options, stop).ConfigureAwait(false);
            }

            string part = SandboxPath.Join(SandboxPath.ParentOf(_path), $".e2b-{Guid.NewGuid():N}.part");
            bool isMoved = false;
            try
            {
                SandboxEntry written = await _sandbox.Files.WriteAsync(part, content, _form.Options, stop).ConfigureAwait(false);
                string path = SandboxPath.Join(SandboxPath.ParentOf(written.Path), SandboxPath.NameOf(_path));
                if (_form.Append && _there is not null)
                {
                    await RunAsync("append to", ["/bin/sh", "-c", "cat -- \"$1\" >> \"$2\"", "sh", written.Path, path], stop).ConfigureAwait(false);
                    return await _sandbox.Files.GetInfoAsync(path, AsUser, stop).ConfigureAwait(false);
                }

                if (_there is not null && _there.Mode != NewFileMode)
                {
                    await RunAsync("keep the mode of", ["chmod", Convert.ToString(_there.Mode, 8), "--", written.Path], stop).ConfigureAwait(false);
                }

                SandboxEntry moved = await _sandbox.Files.MoveAsync(written.Path, path, AsUser, stop).ConfigureAwait(false);
                isMoved = true;
                return moved;
            }
            finally
            {
                if (!isMoved)
                {
                    await RemoveAsync(part).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task RunAsync(string what, string[] program, CancellationToken stop)
    {
        CommandResult result = await _sandbox.Commands.RunAsync(
            new ProcessCommand(program[0], program[1..]),
            new CommandOptions { User = _form.Options.User, Timeout = TimeSpan.Zero, WorkingDirectory = "/" },
            cancellationToken: stop).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            string message = $"Could not {what} the file '{_form.Path}' in sandbox {_sandbox.SandboxId}: {result.StandardError.Trim()}";
            throw result.StandardError.Contains("No space left", StringComparison.OrdinalIgnoreCase)
                ? new NotEnoughSpaceException(message) { SandboxId = _sandbox.SandboxId }
                : new E2BException(message) { SandboxId = _sandbox.SandboxId };
        }
    }

    /// <summary>Also after the caller has gone; a failure leaves the part there, which changes nothing else.</summary>
    private async Task RemoveAsync(string part)
    {
        using var limit = new CancellationTokenSource(_cleanUpLimit);
        try
        {
            await _sandbox.Files.RemoveAsync(part, AsUser, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
        }
    }
}

using System.Globalization;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What the steps of a build do, as the cloud does it.</summary>
/// <param name="uploads">The files for COPY.</param>
/// <param name="sandbox">Where steps run; asked for only by steps that need it.</param>
/// <param name="line">Takes what their commands write: whether to stderr, and a line.</param>
internal sealed class BuildSteps(UploadStore uploads, Func<Task<BuildSandbox>> sandbox, Action<LogLevel, bool, string> line)
{
    private const int LongestPath = 4096;

    // $1 the archive, $2 the folder to unpack in. Owners in it are those of another machine.
    private const string Unpack = """
        mkdir -p "$2" && tar --no-same-owner -xf "$1" -C "$2" && rm -f "$1"
        """;

    // $1 the folder of what was unpacked, $2 the part of it that is meant, $3 owner, $4 mode, $5 working directory, $6 user.
    // As the cloud and Docker do it: a file gets the target's name unless that ends with a slash; a folder's content is merged.
    private const string Place = """
        set -o pipefail
        directory=$5
        if [ -z "$directory" ]; then directory=$(getent passwd "$6" | cut -d: -f6); fi
        case $target in /*) ;; *) target=${directory%/}/$target ;; esac
        entry=$1/$2
        while [ "$entry" != "${entry%/}" ] || [ "$entry" != "${entry%/.}" ]; do entry=${entry%/}; entry=${entry%/.}; done
        if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then
            echo "source path does not exist: $2" >&2
            exit 1
        fi
        if [ -L "$entry" ] || [ -f "$entry" ]; then
            chown -h "$3" "$entry" || exit 1
            if [ -n "$4" ] && [ ! -L "$entry" ]; then chmod "$4" "$entry" || exit 1; fi
            case $target in
                */) mkdir -p "$target" ;;
                *) mkdir -p "$(dirname "$target")" ;;
            esac || exit 1
            mv "$entry" "$target" || exit 1
        elif [ -d "$entry" ]; then
            chown -hR "$3" "$entry" || exit 1
            if [ -n "$4" ]; then chmod -R "$4" "$entry" || exit 1; fi
            if [ ! -e "$target" ] && [ ! -L "${target%/}" ]; then
                # The same without copying: the folder itself is root's, as one that mkdir makes.
                mkdir -p "$(dirname "$target")" && mv -T "$entry" "${target%/}" && chown root:root "$target" && chmod 755 "$target" || exit 1
                exit 0
            fi
            mkdir -p "$target" || exit 1
            tar -C "$entry" -cf - . | tar -C "$target" -xf - --keep-directory-symlink --no-overwrite-dir || exit 1
        else
            echo "source path is neither a file nor a directory nor a link: $2" >&2
            exit 1
        fi
        """;

    private const string Remove = """
        [ ! -d "$1" ] || chmod -R u+rwx "$1"
        rm -rf "$1"
        """;

    private const string MakeUser = """
        id -u "$name" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$name"
        """;

    // What is so already needs no program: images have not all of them.
    private const string MakeSudoer = """
        for group in sudo wheel; do
            if getent group $group >/dev/null; then
                case " $(id -nG "$name") " in
                    *" $group "*) ;;
                    *) usermod -aG $group "$name" || exit 1 ;;
                esac
                break
            fi
        done
        if [ -f /etc/shadow ] && [ -n "$(getent shadow "$name" | cut -d: -f2)" ]; then passwd -d "$name" >/dev/null || exit 1; fi
        if [ -f /etc/sudoers ] && ! grep -q "^$name ALL=(ALL:ALL) NOPASSWD: ALL" /etc/sudoers; then
            echo "$name ALL=(ALL:ALL) NOPASSWD: ALL" >>/etc/sudoers
        fi
        """;

    private const string MakeWorkDir = """
        [ ! -d "$target" ] || exit 0
        check=$target
        while [ ! -d "$check" ]; do first=$check; check=$(dirname "$check"); done
        mkdir -p "$target" && chown -R "$1:$1" "$first"
        """;

    /// <summary>Takes a step.</summary>
    /// <returns>What the next one is run with.</returns>
    /// <exception cref="BuildException">It failed.</exception>
    public Task<TemplateContext> RunAsync(BuildStep step, TemplateContext context, CancellationToken cancellationToken) => step.Kind switch
    {
        "RUN" => RunCommandAsync(step.Arguments, context, cancellationToken),
        "COPY" or "ADD" => CopyAsync(step, context, cancellationToken),
        "ENV" or "ARG" => SetVariablesAsync(step, context, cancellationToken),
        "WORKDIR" => SetWorkDirAsync(step.Arguments, context, cancellationToken),
        "USER" => SetUserAsync(step.Arguments, context, cancellationToken),
        _ => throw new BuildException($"failed to get command for step {step.Kind}: command type {step.Kind} is not implemented"),
    };

    private async Task<TemplateContext> RunCommandAsync(IReadOnlyList<string> arguments, TemplateContext context, CancellationToken cancellationToken)
    {
        if (arguments.Count < 1)
        {
            throw new BuildException("RUN requires command argument");
        }

        try
        {
            await (await sandbox()).RunAsync(
                Sudo.Apply(new AgentCommandLine(arguments[0], arguments.Count > 1 ? context with { User = arguments[1] } : context)),
                (isError, text) => line(LogLevel.Info, isError, text),
                cancellationToken);
        }
        catch (BuildException e)
        {
            throw new BuildException($"failed to run command '{arguments[0]}': {e.Message}", e);
        }

        return context;
    }

    private async Task<TemplateContext> CopyAsync(BuildStep step, TemplateContext context, CancellationToken cancellationToken)
    {
        if (step.Arguments.Count < 2)
        {
            throw new BuildException($"{step.Kind} requires a local path and a container path argument");
        }

        string hash = step.FilesHash is { Length: > 0 } given ? given : throw new BuildException($"{step.Kind} requires files hash to be set");
        string owner = Argument(step, 2) is { Length: > 0 } named ? named : context.User;
        owner = owner.Contains(':', StringComparison.Ordinal) ? owner : $"{owner}:{owner}";
        string folder = $"/tmp/.e2b-copy-{hash}";
        string archive = folder + ".tar";
        BuildSandbox there = await sandbox();
        TemplateContext asRoot = context with { User = "root", WorkDir = "/" };
        await SendAsync(there, hash, archive, cancellationToken);
        await DoAsync(there, "failed to extract files", new AgentCommandLine(Unpack, asRoot) { Arguments = [archive, folder] }, cancellationToken);
        await DoAsync(
            there,
            "failed to move files in sandbox",
            new AgentCommandLine($"target={Quoted(step.Arguments[1])}\n{Place}", asRoot)
            {
                Arguments = [folder, BeforeWildcards(step.Arguments[0]), owner, Argument(step, 3), context.WorkDir ?? string.Empty, context.User],
            },
            cancellationToken);
        await DoAsync(there, "failed to remove what was unpacked", new AgentCommandLine(Remove, asRoot) { Arguments = [folder] }, cancellationToken);
        return context;
    }

    private async Task SendAsync(BuildSandbox there, string hash, string archive, CancellationToken cancellationToken)
    {
        await using FileStream? files = UploadStore.IsHash(hash) ? uploads.Open(hash) : null;
        if (files is null)
        {
            throw new BuildException($"failed to open files object from storage: no files with the hash '{hash}' were uploaded");
        }

        try
        {
            await there.WriteFileAsync(archive, files, files.Length, cancellationToken);
        }
        catch (IOException e)
        {
            throw new BuildException($"failed to copy layer tar data to sandbox: {e.Message}", e);
        }
    }

    private async Task<TemplateContext> SetVariablesAsync(BuildStep step, TemplateContext context, CancellationToken cancellationToken)
    {
        if (step.Arguments.Count == 0)
        {
            throw new BuildException($"{step.Kind} does not support passing no arguments");
        }

        if (step.Arguments.Count % 2 != 0)
        {
            throw new BuildException($"{step.Kind} requires both a key and value arguments");
        }

        var variables = new Dictionary<string, string>(context.EnvVars ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        for (int i = 0; i < step.Arguments.Count; i += 2)
        {
            string name = step.Arguments[i];
            variables[name] = await EvaluateAsync(step.Arguments[i + 1], cancellationToken);
            if (VariableCheck.FindProblem(variables) is { } problem)
            {
                throw new BuildException($"failed to evaluate environment variable {name}: {problem}");
            }
        }

        return context with { EnvVars = variables };
    }

    // As in the cloud, what stands for variables is what root's login shell knows, and not what earlier steps have set.
    private async Task<string> EvaluateAsync(string value, CancellationToken cancellationToken) => value.Contains('$', StringComparison.Ordinal)
        ? await (await sandbox()).AskAsync(new AgentCommandLine($"printf %s {Quoted(value)}", new TemplateContext { User = "root", WorkDir = "/" }), cancellationToken)
        : value;

    private async Task<TemplateContext> SetWorkDirAsync(IReadOnlyList<string> arguments, TemplateContext context, CancellationToken cancellationToken)
    {
        if (arguments.Count < 1)
        {
            throw new BuildException("WORKDIR requires a path argument");
        }

        // Where the working directory of now was removed, another can still be chosen.
        TemplateContext asRoot = context with { User = "root", WorkDir = "/" };
        string target = $"target={Quoted(arguments[0])}; case $target in /*) ;; *) target={Literal((context.WorkDir ?? string.Empty).TrimEnd('/'))}/$target ;; esac\n";
        BuildSandbox there = await sandbox();
        await DoAsync(there, "failed to create workdir", new AgentCommandLine(target + MakeWorkDir, asRoot) { Arguments = [context.User] }, cancellationToken);
        try
        {
            return context with { WorkDir = Checked(await there.AskAsync(new AgentCommandLine(target + "cd \"$target\" && pwd", asRoot), cancellationToken)) };
        }
        catch (BuildException e)
        {
            throw new BuildException($"failed to save workdir {arguments[0]}: {e.Message}", e);
        }
    }

    private async Task<TemplateContext> SetUserAsync(IReadOnlyList<string> arguments, TemplateContext context, CancellationToken cancellationToken)
    {
        if (arguments.Count < 1)
        {
            throw new BuildException("USER requires a username argument");
        }

        TemplateContext asRoot = context with { User = "root", WorkDir = "/" };
        string name = $"name={Quoted(arguments[0])}\n";
        BuildSandbox there = await sandbox();
        await DoAsync(there, "failed to create user", new AgentCommandLine(name + MakeUser, asRoot), cancellationToken);
        if (arguments.Count > 1 && arguments[1] == "true")
        {
            await DoAsync(there, "failed to add user to sudo group", new AgentCommandLine(name + MakeSudoer, asRoot), cancellationToken);
        }

        // A number becomes the name it stands for.
        return context with { User = Checked(await there.AskAsync(new AgentCommandLine(name + "id -un \"$name\"", asRoot), cancellationToken)) };
    }

    private async Task DoAsync(BuildSandbox there, string failure, AgentCommandLine command, CancellationToken cancellationToken)
    {
        string? first = null; // programs say what went wrong first, and at the end that something did
        try
        {
            await there.RunAsync(
                command,
                (isError, text) =>
                {
                    first ??= isError ? text : null;
                    line(isError ? LogLevel.Info : LogLevel.Debug, isError, text);
                },
                cancellationToken);
        }
        catch (BuildException e)
        {
            throw new BuildException($"{failure}: {e.Message}{(first is null ? null : $": {first}")}", e);
        }
    }

    // A sandbox's answer, which is kept: whatever a step has made of the sandbox, it has to be what it can be.
    private static string Checked(string answer)
    {
        string text = answer.TrimEnd('\n');
        return text.Length is > 0 and < LongestPath && !text.Any(char.IsControl) ? text : throw new BuildException("the sandbox's answer is no name or path");
    }

    private static string Argument(BuildStep step, int index) => step.Arguments.Count > index ? step.Arguments[index] : string.Empty;

    /// <summary>The folder, or the file, that a pattern begins with: what it matches was found by the client already.</summary>
    internal static string BeforeWildcards(string pattern)
    {
        int wildcard = pattern.AsSpan().IndexOfAny("*?[{\\");
        if (wildcard < 0)
        {
            return pattern;
        }

        int slash = pattern.LastIndexOf('/', wildcard);
        return slash < 0 ? "." : pattern[..slash];
    }

    // In double quotes, where variables mean something and nothing else does.
    private static string Quoted(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("`", "\\`", StringComparison.Ordinal)
        .Replace("$(", "\\$(", StringComparison.Ordinal) + "\"";

    private static string Literal(string text) => string.Create(CultureInfo.InvariantCulture, $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'");
}

using System.Globalization;
using E2B.LocalServer.Images;

namespace E2B.LocalServer.ControlPlane;

/// <summary>One build at work, from its source to a state that sandboxes can be made from. Every step that writes files becomes a layer.</summary>
internal sealed class BuildRun : IAsyncDisposable
{
    public const string BaseStep = "base";
    public const string FinalStep = "finalize";

    // What has a start command and no ready command is given so long, as in the cloud.
    private const string DefaultReadyCommand = "sleep 20";
    private const long LeastFree = 512L * 1024 * 1024;
    private static readonly TimeSpan _longestReady = TimeSpan.FromMinutes(10);

    private readonly Build _build;
    private readonly BuildDefinition _definition;
    private readonly BuildParts _parts;
    private readonly BuildLog _log;
    private readonly BuildSteps _steps;
    private readonly CancellationToken _cancellation;
    private BuildSandbox? _sandbox;
    private List<string> _layers = []; // held
    private TemplateContext _context = new();
    private TemplateStart? _start;
    private bool _interpreter;
    private IDictionary<string, string>? _sandboxVariables; // a snapshot's, which its sandboxes have
    private string _key = string.Empty;
    private string _prefix = BaseStep;
    private bool _wrote;
    private bool _force;

    public BuildRun(Build build, BuildDefinition definition, BuildParts parts, BuildLog log, CancellationToken cancellationToken)
    {
        (_build, _definition, _parts, _log, _cancellation) = (build, definition, parts, log, cancellationToken);
        _force = definition.Force;
        _steps = new BuildSteps(parts.Saved.Uploads, SandboxAsync, WriteOutput);
    }

    /// <summary>The step under way: its number, <c>base</c> or <c>finalize</c>.</summary>
    public string Step { get; private set; } = BaseStep;

    /// <summary>Builds.</summary>
    /// <returns>The state, whose layers the caller now holds.</returns>
    /// <exception cref="BuildException">It failed, at <see cref="Step"/>.</exception>
    public async Task<SnapshotState> RunAsync()
    {
        await BeginAsync();
        int number = 0;
        foreach (BuildStep step in _definition.Steps)
        {
            Step = (++number).ToString(CultureInfo.InvariantCulture);
            _prefix = $"builder {Step}/{_definition.Steps.Count}";
            _force |= step.Force;
            await TakeAsync(step);
        }

        Step = FinalStep;
        await FinishAsync();
        return new SnapshotState
        {
            Tag = string.Empty,
            Layers = await TakeLayersAsync(),
            Limits = _build.Limits,
            EnvVars = _sandboxVariables,
            Context = _context,
            Start = _start,
            Interpreter = _interpreter,
            BuildId = _build.Id,
            CreatedAt = Times.ToMicrosecond(_parts.Clock.GetUtcNow()),
        };
    }

    /// <summary>What has been built so far. The caller holds it from then on.</summary>
    public async Task<IReadOnlyList<string>> TakeLayersAsync()
    {
        // Who takes them notes them: they have to be on the disk by then, for a machine that loses its power.
        if (_wrote)
        {
            await Runtime.FileSystems.FlushAsync(_parts.Saved.Root);
        }

        List<string> taken = _layers;
        _layers = [];
        return taken;
    }

    /// <summary>Ends what runs, and lets go of what was built and nobody took.</summary>
    public async ValueTask DisposeAsync()
    {
        await DropSandboxAsync();
        await _parts.Saved.Layers.ReleaseAsync(_layers);
        _layers = [];
    }

    private async Task BeginAsync()
    {
        if (_definition.FromTemplate is { } reference)
        {
            BeginWithTemplate(reference);
        }
        else if (BuildSource.IsBase(_definition.FromImage!))
        {
            _key = StepCache.KeyOf("base");
            WriteStep(isCached: true, $"FROM {_definition.FromImage}");
        }
        else
        {
            await BeginWithImageAsync(_definition.FromImage!);
        }

        // As in the cloud: whoever the steps of another template ended as, these begin as the usual user.
        _key = StepCache.KeyOf(_key, "DEFAULT USER", Protocol.E2BDefaults.User);
        _context = _context with { User = Protocol.E2BDefaults.User };
    }

    private void BeginWithTemplate(string reference)
    {
        Template template;
        try
        {
            template = _parts.Templates.Find(reference);
        }
        catch (ApiException e)
        {
            throw new BuildException($"error getting base template: {e.Message}", e);
        }

        if (!_parts.Saved.Layers.TryHold(template.Layers))
        {
            throw new BuildException($"error getting base template: template '{reference}' was deleted");
        }

        _layers = [.. template.Layers];
        _context = template.Context ?? _context;
        _start = template.Start;
        _interpreter = template.Interpreter;
        _sandboxVariables = template.EnvVars;
        _key = StepCache.KeyOf($"template {string.Join(' ', template.Layers)}", ContextKey(_context));
        if (_sandboxVariables is { Count: > 0 } variables)
        {
            _key = StepCache.KeyOf(_key, ["VARIABLES", .. Pairs(variables)]);
        }

        WriteStep(isCached: true, $"FROM TEMPLATE {reference}");
    }

    private async Task BeginWithImageAsync(string name)
    {
        var request = new ImageRequest(name, _definition.Credentials);
        try
        {
            string digest = await _parts.Images.ResolveAsync(request, _cancellation);
            _key = StepCache.KeyOf($"image {digest}");
            if (TryReuse())
            {
                WriteStep(isCached: true, $"FROM {name}");
                return;
            }

            WriteStep(isCached: false, $"FROM {name}");
            IReadOnlyDictionary<string, string>? variables = null;
            string layer = await _parts.Saved.Layers.AddAsync(async folder =>
            {
                Directory.CreateDirectory(folder);
                variables = (await _parts.Images.UnpackAsync(
                    request, digest, Path.Combine(folder, Runtime.RootFileSystem.WholeRoot), text => _log.Write(LogLevel.Info, text, BaseStep), _cancellation)).EnvVars;
            });
            _layers = [layer];
            _wrote = true;
            _context = _context with { EnvVars = new Dictionary<string, string>(variables!, StringComparer.Ordinal) };
        }
        catch (ImageException e)
        {
            throw new BuildException(e.Message, e);
        }

        _context = await _steps.RunAsync(new BuildStep("USER", [Protocol.E2BDefaults.User, "true"], null, Force: false), _context with { User = "root" }, _cancellation);
        await SaveAsync();
    }

    private async Task TakeAsync(BuildStep step)
    {
        _key = StepCache.KeyOf(_key, [step.Kind, .. step.Arguments, step.FilesHash ?? string.Empty]);
        string text = $"{step.Kind} {string.Join(' ', step.Arguments)}";
        if (TryReuse())
        {
            WriteStep(isCached: true, text);
            await DropSandboxAsync();
            return;
        }

        WriteStep(isCached: false, text);
        _context = await _steps.RunAsync(step, _context, _cancellation);
        await SaveAsync();
    }

    private bool TryReuse()
    {
        if (_force || _parts.Saved.Steps.Take(_key) is not { } step)
        {
            return false;
        }

        List<string> before = _layers;
        _layers = [.. step.Layers];
        _context = step.Context;
        _parts.Release(before);
        return true;
    }

    private async Task SaveAsync()
    {
        if (_sandbox is not null && await _sandbox.SaveAsync(_parts.Saved.Layers, _cancellation) is { } layer)
        {
            _layers = [.. _layers, layer];
            _wrote = true;
            await DropSandboxAsync(); // what comes next is a layer of its own
        }

        _parts.Saved.Steps.Put(_key, new CachedStep { Layers = _layers, Context = _context });
    }

    private async Task FinishAsync()
    {
        _prefix = FinalStep;
        _key = StepCache.KeyOf(_key, FinalStep, FinalScript);
        bool isReused = TryReuse();
        WriteStep(isReused, "Finalizing template build");
        if (isReused)
        {
            await DropSandboxAsync();
        }
        else
        {
            try
            {
                await (await SandboxAsync()).RunAsync(
                    new AgentCommandLine(FinalScript, new TemplateContext { User = "root", WorkDir = "/" }),
                    (isError, line) => WriteOutput(LogLevel.Info, isError, line),
                    _cancellation);
            }
            catch (BuildException e)
            {
                throw new BuildException($"configuration script failed: {e.Message}", e);
            }

            await SaveAsync();
        }

        if (_definition.StartCommand is not null || _definition.ReadyCommand is not null)
        {
            _start = new TemplateStart(_definition.StartCommand, _definition.ReadyCommand, _context);
        }

        if (_start is not null)
        {
            await TryStartAsync(_start);
        }
    }

    // What the command writes is not kept: it runs anew in each sandbox, and finds there what it would have found here.
    private async Task TryStartAsync(TemplateStart start)
    {
        if (start.StartCommand is { } command)
        {
            _log.Write(LogLevel.Info, $"Running start command: {command}", FinalStep);
        }

        string? ready = start.ReadyCommand ?? (start.StartCommand is null ? null : DefaultReadyCommand);
        _log.Write(LogLevel.Info, $"Waiting for template to be ready: {ready}", FinalStep);
        await StartCommand.RunAsync(
            (await SandboxAsync()).Agent,
            start,
            ready,
            _longestReady,
            (name, isError, line) => _log.Write(name == "ready" ? LogLevel.Debug : LogLevel.Info, $"[{name}] [{(isError ? "stderr" : "stdout")}]: {line}", FinalStep),
            _cancellation);
        _log.Write(LogLevel.Info, "Template is ready", FinalStep);
        await DropSandboxAsync();
    }

    private async Task<BuildSandbox> SandboxAsync() => _sandbox ??= await StartAsync();

    private async Task<BuildSandbox> StartAsync()
    {
        if (_layers.Count >= Runtime.RootFileSystem.MostLayers)
        {
            throw new BuildException($"{Runtime.RootFileSystem.MostLayers} steps that write files, those of the templates below included, are as many as there can be: put several commands into one step");
        }

        if (_parts.Saved.Uploads.FreeSpace < LeastFree)
        {
            throw new BuildException($"the disk of the local server's data ({_parts.Saved.Root}) is full");
        }

        try
        {
            return await _parts.StartSandboxAsync(_build, _layers, _sandboxVariables, _cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new BuildException($"the sandbox that the step runs in could not be started: {e.Message}", e);
        }
    }

    private async Task DropSandboxAsync()
    {
        if (_sandbox is { } sandbox)
        {
            _sandbox = null;
            await sandbox.DisposeAsync();
        }
    }

    private void WriteStep(bool isCached, string text) => _log.Write(LogLevel.Info, $"{(isCached ? "CACHED " : null)}[{_prefix}] {text} [{_key}]", Step);

    private void WriteOutput(LogLevel level, bool isError, string line) => _log.Write(level, $"[{_prefix}] [{(isError ? "stderr" : "stdout")}]: {line}", Step);

    private static string ContextKey(TemplateContext context) => string.Join('\n', [context.WorkDir, .. Pairs(context.EnvVars ?? new Dictionary<string, string>())]);

    private static IEnumerable<string> Pairs(IDictionary<string, string> variables) =>
        variables.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}");

    /// <summary>What the cloud does to every template in the end, as far as the local base is not so from the beginning.</summary>
    private const string FinalScript = """
        mkdir -p /home/user
        if command -v find >/dev/null; then find /home/user ! -user user -exec chown -h user:user {} +; else chown -hR user:user /home/user; fi
        [ -d /code ] || { mkdir /code && chmod 777 /code; }
        """;
}

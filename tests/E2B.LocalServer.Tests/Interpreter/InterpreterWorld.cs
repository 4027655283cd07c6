using E2B.LocalServer.Tests.EndToEnd;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>The whole local server with one sandbox of the template with the code interpreter's service.</summary>
public sealed class InterpreterWorld : IAsyncLifetime
{
    public const string Template = "code-interpreter-v1";

    /// <summary>Milliseconds that a test may take: kernels start slowly on a busy machine.</summary>
    public const int Limit = 300_000;

    private readonly RealServer _server = new();

    internal InterpreterClient Service { get; private set; } = null!;

    public E2B.Sandbox Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        (Sandbox, Service) = await NewAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Service?.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>Another sandbox, and the way to its service.</summary>
    internal async Task<(E2B.Sandbox Sandbox, InterpreterClient Service)> NewAsync()
    {
        E2B.Sandbox sandbox = await _server.Client.Sandboxes.CreateAsync(
            new SandboxCreateOptions
            {
                Template = Template,
                Timeout = TimeSpan.FromMinutes(20),
                Environment = new Dictionary<string, string> { ["SHARED"] = "of the \"sandbox\"" },
            },
            CancellationToken.None);
        return (sandbox, new InterpreterClient(_server.Url, sandbox.SandboxId));
    }
}

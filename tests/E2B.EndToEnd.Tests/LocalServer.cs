using System.Diagnostics;
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(E2B.EndToEnd.Tests.LocalServer))]

namespace E2B.EndToEnd.Tests;

/// <summary>The real server as a child process, with sandboxes in runc; it ends with the tests, and its files with it.</summary>
public sealed class LocalServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("e2b-end-to-end-").FullName;
    private Process? _process;
    private E2BClient? _client;

    public E2BClient Client => _client!;

    /// <summary>How the server is reached.</summary>
    public E2BConnectionOptions Options { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The server needs root.");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "E2B.LocalServer.dll"), "serve", "--port", "0", "--data", _data])
        {
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        var said = new Dictionary<string, string>();
        while (said.Count < 3 && await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] parts = line.Split('=', 2);
            said[parts[0]] = parts[1];
        }

        Options = new E2BConnectionOptions
        {
            ApiUrl = new Uri(said["E2B_API_URL"]),
            SandboxUrl = new Uri(said["E2B_SANDBOX_URL"]),
            ApiKey = said["E2B_API_KEY"],
            Environment = static _ => null,
        };
        _client = new E2BClient(Options);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
        {
            using (Process term = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            {
                await term.WaitForExitAsync();
            }

            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_data, recursive: true);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using E2B.GitServer;

[assembly: SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(E2B.EndToEnd.Tests.LocalServer))]

namespace E2B.EndToEnd.Tests;

/// <summary>The real server as a child process, with sandboxes in runc; it ends with the tests, and its files with it.</summary>
public sealed class LocalServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("e2b-end-to-end-").FullName;
    private Process? _process;
    private E2BClient? _client;
    private GitHttpServer? _git;
    private GitHttpServer? _otherGit;

    public E2BClient Client => _client!;

    /// <summary>Git repositories that sandboxes reach, and no others than <see cref="GitUser"/> but the public ones.</summary>
    public GitHttpServer Git => _git!;

    /// <summary>The same of somebody else.</summary>
    public GitHttpServer OtherGit => _otherGit!;

    public string GitFolder => Path.Combine(_data, "git");

    public string GitPassword { get; } = $"tok-{Guid.NewGuid():n}";

    public GitCredential GitUser => new("tester", GitPassword);

    /// <summary>The address of a repository as sandboxes see it.</summary>
    public string UrlOf(string repository) => $"http://host.e2b.internal:{Git.Port}/{repository}";

    /// <summary>How the server is reached.</summary>
    public E2BConnectionOptions Options { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The server needs root.");
        _git = await GitHttpServer.StartAsync(GitFolder, GitUser.UserName, GitPassword);
        _otherGit = await GitHttpServer.StartAsync(Path.Combine(_data, "other-git"), "somebody", "else");
        _git.MovedTo = $"http://host.e2b.internal:{_otherGit.Port}";
        string[] ports = ["--allow-host-port", Port(_git), "--allow-host-port", Port(_otherGit)];
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "E2B.LocalServer.dll"), "serve", "--port", "0", "--data", Path.Combine(_data, "server"), .. ports])
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

        await (_git?.DisposeAsync() ?? default);
        await (_otherGit?.DisposeAsync() ?? default);
        Directory.Delete(_data, recursive: true);
    }

    private static string Port(GitHttpServer server) => server.Port.ToString(CultureInfo.InvariantCulture);
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>The real agent as a child process, listening on a Unix socket in a directory of its own.</summary>
public sealed class AgentHost : IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private Process? _process;

    /// <summary>A directory that goes away with the agent.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("agent-").FullName;

    /// <summary>Whether the agent is started with signals ignored, as by a script's background job.</summary>
    public bool IgnoresSignals { get; init; }

    public AgentClient Client { get; private set; } = null!;

    public string SocketPath => Path.Combine(Directory, "socket");

    public int Pid => _process!.Id;

    /// <summary>Memory of the agent that is nobody else's, in bytes.</summary>
    public long AnonymousMemory =>
        long.Parse(
            File.ReadLines($"/proc/{Pid}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The agent needs root, as it has it in a sandbox.");

        // Everybody must be able to work in the directory, or the tests of users would test it.
        LetEverybodyIn(Directory);
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "E2B.LocalServer.dll"), "agent", "--socket", SocketPath, "--default-user", "root"];
        string[] before = IgnoresSignals ? ["/bin/sh", "-c", "trap '' INT QUIT HUP PIPE USR1; exec \"$@\"", "sh"] : [];
        command = [.. before, .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
        await WaitForSocketAsync();
        Client = new AgentClient(SocketPath);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Client?.Dispose();
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>A path in the agent's directory that no other test uses.</summary>
    public string NewPath(string name = "entry") => Path.Combine(Directory, Guid.NewGuid().ToString("N"), name);

    /// <summary>Everybody may enter a directory, or run a file.</summary>
    [SuppressMessage("Interoperability", "CA1416", Justification = "The agent is for Linux.")]
    public static void LetEverybodyIn(string path) => File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);

    /// <summary>Waits until something holds, but not for ever.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < _patience, $"Waited in vain until {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task WaitForSocketAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
                return;
            }
            catch (SocketException) when (watch.Elapsed < _patience && !_process!.HasExited)
            {
                await Task.Delay(10);
            }
        }
    }
}

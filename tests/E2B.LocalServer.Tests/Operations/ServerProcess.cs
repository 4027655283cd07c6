using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using E2B.LocalServer.Native;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Operations;

/// <summary>A server as its users start it: a process of its own, with nothing but a command line.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ServerProcess(Process process) => _process = process;

    /// <summary>For a soak, the large numbers.</summary>
    public static bool IsSoak => Environment.GetEnvironmentVariable("E2B_SOAK") == "1";

    public static string Program => Path.Combine(AppContext.BaseDirectory, "E2B.LocalServer.dll");

    public int Pid => _process.Id;

    public Uri Url { get; private set; } = null!;

    public E2BClient Client { get; private set; } = null!;

    private string Key { get; set; } = string.Empty;

    public TimeSpan ReadyAfter { get; private set; }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string data, params string[] options)
    {
        Requirements.Check();
        var watch = Stopwatch.StartNew();
        ServerProcess server = Launch("dotnet", [Program, "serve", "--port", "0", "--data", data, .. options]);
        var lines = new Dictionary<string, string>();
        while (await server._process.StandardOutput.ReadLineAsync(TestRuntime.Token) is { } line)
        {
            string[] parts = line.Split('=', 2);
            lines[parts[0]] = parts[1];
            if (lines.Count == 3)
            {
                break;
            }
        }

        server.ReadyAfter = watch.Elapsed;
        Assert.True(lines.Count == 3, "The server did not start: " + server.Errors);
        server.Url = new Uri(lines["E2B_API_URL"]);
        server.Key = lines["E2B_API_KEY"];
        server.Client = new E2BClient(new E2BConnectionOptions { ApiUrl = server.Url, SandboxUrl = server.Url, ApiKey = server.Key, Environment = static _ => null });
        return server;
    }

    /// <summary>Starts a program that runs a server, and waits for nothing.</summary>
    public static ServerProcess Launch(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var server = new ServerProcess(Process.Start(start)!);
        server._process.ErrorDataReceived += (_, line) =>
        {
            lock (server._errors)
            {
                server._errors.AppendLine(line.Data);
            }
        };
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Calls the control plane.</summary>
    public async Task<JsonNode?> ApiAsync(string method, string path, string? json = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Url, path));
        request.Headers.Add("X-API-KEY", Key);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.SendAsync(request, TestRuntime.Token);
        string text = await answer.Content.ReadAsStringAsync(TestRuntime.Token);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>Ends it as a service manager does.</summary>
    /// <returns>Its exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> TerminateAsync()
    {
        var watch = Stopwatch.StartNew();
        using (Process kill = Process.Start("kill", ["-TERM", Pid.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestRuntime.Token);
        }

        return (await WaitAsync(), watch.Elapsed);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await WaitAsync();
    }

    /// <summary>Waits until it has said something on stderr.</summary>
    public async Task UntilAsync(string text)
    {
        var watch = Stopwatch.StartNew();
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(!_process.HasExited && watch.Elapsed < TimeSpan.FromSeconds(60), $"It did not say '{text}', but: {Errors}");
            await Task.Delay(20, TestRuntime.Token);
        }
    }

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(TestRuntime.Token);
        return _process.ExitCode;
    }

    /// <summary>Its open files, and its memory in MiB.</summary>
    public (int Files, long MemoryMiB, int Mounts) Measure()
    {
        _process.Refresh();
        int mounts = File.ReadLines($"/proc/{Pid}/mountinfo").Count();
        return (Directory.GetFiles($"/proc/{Pid}/fd").Length, _process.WorkingSet64 >> 20, mounts);
    }

    /// <summary>What there is on the machine of the sandboxes of a server on a data directory, but its paused ones' files.</summary>
    public IReadOnlyList<string> FindTraces(string data)
    {
        var options = new SandboxRuntimeOptions { DataDirectory = Path.Combine(data, "runtime"), Agent = StandInAgent.Command };
        var found = new List<string>();
        found.AddRange(File.ReadLines($"/proc/{Pid}/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(options.MountDirectory + "/", StringComparison.Ordinal)));
        found.AddRange(LoopDevice.Attached(data).Select(device => device.Device));
        found.AddRange(ControlGroups.Find(options.ControlGroup).SelectMany(Directory.EnumerateDirectories));
        foreach (string folder in (string[])[options.SandboxesDirectory, options.BundleDirectory, options.SocketDirectory, options.RuncDirectory])
        {
            found.AddRange(Directory.EnumerateFileSystemEntries(folder));
        }

        return found;
    }

    public void Dispose()
    {
        Client?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}

using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);
    private readonly string _data = Path.Combine(Directory.CreateTempSubdirectory("data").FullName, "state");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--port", "unknown command '--port'")]
    [InlineData("", "what to do?")]
    [InlineData("serve --nonsense", "unknown option '--nonsense'")]
    [InlineData("serve extra", "unknown option 'extra'")]
    [InlineData("serve --port", "--port needs a value")]
    [InlineData("serve --port=", "--port needs a value")]
    [InlineData("serve --port 65536", "--port is a number")]
    [InlineData("serve --port -1", "--port is a number")]
    [InlineData("serve --isolation maybe", "--isolation is runc or none")]
    [InlineData("serve --data", "--data needs a value")]
    [InlineData("serve --allow-host-port 0", "--allow-host-port is a number")]
    [InlineData("serve --allow-host-port 53", "--allow-host-port is a number")]
    [InlineData("serve --allow-host-port x", "--allow-host-port is a number")]
    [InlineData("serve --dns example.com", "--dns is an address")]
    public async Task A_command_line_it_does_not_understand_is_one_line_and_2(string line, string message)
    {
        var output = new StringWriter();
        var errors = new StringWriter();

        int exitCode = await Program.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), _ => throw new InvalidOperationException(), output, errors, Token);

        Assert.Equal(2, exitCode);
        Assert.Empty(output.ToString());
        Assert.StartsWith("error: " + message, errors.ToString(), StringComparison.Ordinal);
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void Network_options_are_named_one_by_one()
    {
        ServeOptions options = ServeOptions.Parse(["--allow-host-port", "5432", "--allow-host-port=8080", "--allow-host-port", "5432", "--dns", "9.9.9.9", "--dns=127.0.0.1:5353"]);

        Assert.Equal([5432, 8080], options.Network.HostPorts);
        Assert.Equal(["9.9.9.9:53", "127.0.0.1:5353"], options.Network.Resolvers.Select(resolver => resolver.ToString()));
        Assert.Empty(ServeOptions.Parse([]).Network.HostPorts);
        Assert.Empty(ServeOptions.Parse([]).Network.Resolvers);
    }

    [Theory]
    [InlineData("--help", "usage:")]
    [InlineData("serve --help", "usage:")]
    [InlineData("--version", "0.1.0")]
    public async Task Help_and_version_are_answers(string line, string text)
    {
        var output = new StringWriter();
        var errors = new StringWriter();

        Assert.Equal(0, await Program.RunAsync(line.Split(' '), _ => throw new InvalidOperationException(), output, errors, Token));

        Assert.Contains(text, output.ToString(), StringComparison.Ordinal);
        Assert.Empty(errors.ToString());
    }

    [Fact]
    public async Task When_ready_it_prints_three_lines_and_when_stopped_ends_its_sandboxes()
    {
        var host = new FakeSandboxHost();
        var ready = new ReadyWriter();
        var errors = new StringWriter();
        using var stop = new CancellationTokenSource();
        Task<int> server = Serve(host, ready, errors, stop.Token);

        string[] lines = (await ready.Ready.WaitAsync(_soon, Token)).TrimEnd('\n').Split('\n');

        Assert.Equal(3, lines.Length);
        Assert.Matches("^E2B_API_URL=http://127\\.0\\.0\\.1:[0-9]+$", lines[0]);
        Assert.Equal(lines[0].Replace("API", "SANDBOX", StringComparison.Ordinal), lines[1]);
        Assert.Matches("^E2B_API_KEY=e2b_[0-9a-f]{40}$", lines[2]);
        using var client = new HttpClient { BaseAddress = new Uri(lines[0].Split('=')[1]) };
        client.DefaultRequestHeaders.Add("X-API-KEY", lines[2].Split('=')[1]);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage created = await client.PostAsync("/sandboxes", new StringContent("""{"templateID":"base","timeout":600}"""), Token);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        await stop.CancelAsync();

        Assert.Equal(0, await server.WaitAsync(_soon, Token));
        Assert.All(host.All, sandbox => Assert.True(sandbox.Disposed.IsCompleted));
        Assert.True(host.IsDisposed);
        Assert.Empty(errors.ToString());
    }

    [Fact]
    public async Task The_key_is_kept_for_the_owner_alone()
    {
        string first = await KeyOfOneRunAsync();
        string second = await KeyOfOneRunAsync();

        Assert.Equal(first, second);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_data, "api-key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_data));
    }

    [Fact]
    public async Task A_key_file_with_something_else_in_it_is_not_used()
    {
        Directory.CreateDirectory(_data);
        await File.WriteAllTextAsync(Path.Combine(_data, "api-key"), "hello", Token);
        var errors = new StringWriter();

        Assert.Equal(1, await Serve(new FakeSandboxHost(), new StringWriter(), errors, Token));
        Assert.Contains("holds no API key", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused()
    {
        using DataDirectory first = DataDirectory.Open(_data);
        var output = new StringWriter();
        var errors = new StringWriter();

        Assert.Equal(1, await Serve(new FakeSandboxHost(), output, errors, Token));

        Assert.Empty(output.ToString());
        Assert.Contains($"another server is running on {_data}", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_path_that_is_a_file_is_refused()
    {
        await File.WriteAllTextAsync(_data, "", Token);
        var errors = new StringWriter();

        Assert.Equal(1, await Serve(new FakeSandboxHost(), new StringWriter(), errors, Token));
        Assert.Contains(_data, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        var host = new FakeSandboxHost();
        var output = new StringWriter();
        var errors = new StringWriter();

        int exitCode = await Serve(host, output, errors, Token, port);

        Assert.Equal(1, exitCode);
        Assert.Empty(output.ToString());
        Assert.StartsWith($"error: port {port} is taken by another program", errors.ToString(), StringComparison.Ordinal);
        Assert.True(host.IsDisposed);
    }

    [Fact]
    public async Task No_isolation_is_warned_about()
    {
        var ready = new ReadyWriter();
        var errors = new StringWriter();
        using var stop = new CancellationTokenSource();
        Task<int> server = Program.RunAsync(["serve", "--port", "0", "--data", _data, "--isolation", "none"], _ => new FakeSandboxHost(), ready, errors, stop.Token);
        await ready.Ready.WaitAsync(_soon, Token);
        await stop.CancelAsync();
        await server.WaitAsync(_soon, Token);

        Assert.Contains("level=warning msg=\"--isolation none", errors.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_data)!, recursive: true);

    private async Task<string> KeyOfOneRunAsync()
    {
        var ready = new ReadyWriter();
        using var stop = new CancellationTokenSource();
        Task<int> server = Serve(new FakeSandboxHost(), ready, TextWriter.Null, stop.Token);
        string text = await ready.Ready.WaitAsync(_soon, Token);
        await stop.CancelAsync();
        Assert.Equal(0, await server.WaitAsync(_soon, Token));
        return text.TrimEnd('\n').Split('\n')[2];
    }

    private Task<int> Serve(FakeSandboxHost host, TextWriter output, TextWriter errors, CancellationToken stop, int port = 0) =>
        Program.RunAsync(
            ["serve", $"--port={port.ToString(System.Globalization.CultureInfo.InvariantCulture)}", "--data", _data],
            _ => host,
            output,
            errors,
            stop);

    /// <summary>Says when what was written was flushed.</summary>
    private sealed class ReadyWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Ready => _ready.Task;

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            _ready.TrySetResult(ToString());
            return Task.CompletedTask;
        }
    }
}

using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>What is said where the machine has not what the code interpreter needs.</summary>
public sealed class PackageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/nowhere/python3"), InlineData("/bin/false")]
    public async Task A_missing_kernel_is_said_with_what_mends_it(string python)
    {
        await using var host = new RuncSandboxHost(TestRuntime.NewFolder(), poolSize: 0, network: null, NullLogger.Instance) { Packages = new InterpreterPackages(python) };
        SandboxException error = await Assert.ThrowsAsync<SandboxException>(
            () => host.TakeAsync(new SandboxOrigin(ServerFacts.InterpreterLimits) { Interpreter = true }, Token));
        Assert.Contains("sudo apt-get install python3-ipykernel", error.Message, StringComparison.Ordinal);
        Assert.Contains(python, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_package_that_is_missing_is_named()
    {
        string python = Path.Combine(TestRuntime.NewFolder(), "python3");
        await File.WriteAllTextAsync(
            python, "#!/bin/sh\nexec /usr/bin/python3 -I -c 'import sys; sys.modules.update(tornado=None, jupyter_client=None); exec(sys.argv[1])' \"$3\"\n", Token);
        File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        SandboxException error = await Assert.ThrowsAsync<SandboxException>(() => new InterpreterPackages(python).DemandAsync(Token));

        Assert.Contains("sudo apt-get install python3-jupyter-client python3-tornado.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent: ready\nThe code interpreter's service cannot start: No module named 'zmq'. Install it with: x\nmore", "No module named 'zmq'. Install it with: x")]
    [InlineData("The code interpreter's service cannot start: No mod", null)]
    [InlineData("The code interpreter's service could not be started", null)]
    public void A_service_that_cannot_start_is_not_waited_for(string written, string? missing) => Assert.Equal(missing, InterpreterProbe.Missing(written));

    [Fact]
    public async Task This_machine_has_what_it_takes() => await new InterpreterPackages().DemandAsync(Token);

    [Fact]
    public async Task Without_isolation_there_is_none()
    {
        await using var host = new ProcessSandboxHost();
        await host.StartAsync(Token);
        NotSupportedException error = await Assert.ThrowsAsync<NotSupportedException>(
            () => host.TakeAsync(new SandboxOrigin(ServerFacts.InterpreterLimits) { Interpreter = true }, Token));
        Assert.Contains("--isolation none", error.Message, StringComparison.Ordinal);
    }
}

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

using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>Each thing that is missing is named, with what to do about it.</summary>
public sealed class StartupCheckTests
{
    [Fact]
    public void An_ordinary_user_is_refused() =>
        Assert.Contains("sudo", Assert.Throws<StartupCheckException>(() => StartupChecks.CheckUser(1000)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_root_that_may_not_mount_is_refused() =>
        Assert.Contains(
            "--privileged",
            Assert.Throws<StartupCheckException>(() => StartupChecks.CheckCapabilities(["Name:\tx", "CapEff:\t00000000a80425fb"])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void An_old_kernel_is_refused() =>
        Assert.Contains("5.19", Assert.Throws<StartupCheckException>(() => StartupChecks.CheckKernel(new Version(5, 10, 0))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_program_is_named_with_its_package() =>
        Assert.Contains(
            "apt-get install some-package",
            Assert.Throws<StartupCheckException>(() => StartupChecks.Find("no-such-program", "some-package")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void This_machine_will_do()
    {
        Requirements.Check();
        StartupChecks.Run();
    }
}

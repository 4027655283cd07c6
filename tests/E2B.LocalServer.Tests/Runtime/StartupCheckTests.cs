using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>Each thing that is missing is named, with what to do about it.</summary>
public sealed class StartupCheckTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserExecute;
    private readonly string _folder = Directory.CreateTempSubdirectory("e2b-path-").FullName;

    [Fact]
    public void An_ordinary_user_is_refused()
    {
        Assert.Null(StartupChecks.CheckUser(0));
        Assert.Contains("sudo", StartupChecks.CheckUser(1000), StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_may_not_mount_is_refused()
    {
        Assert.Null(StartupChecks.CheckCapabilities(["Name:\tx", "CapEff:\t000001ffffffffff"]));
        Assert.Contains("--privileged", StartupChecks.CheckCapabilities(["Name:\tx", "CapEff:\t00000000a80425fb"]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_kernel_is_refused()
    {
        Assert.Null(StartupChecks.CheckKernel(new Version(5, 19, 0)));
        Assert.Contains("5.19", StartupChecks.CheckKernel(new Version(5, 10, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_programs_are_named_with_their_packages_in_one_command()
    {
        Put("mkfs.ext4", Executable);
        Put("runc", UnixFileMode.UserRead); // there, but no program
        string? message = HostPrograms.Missing(["runc", "mkfs.ext4", "nft", "unshare", "setpriv"], [_folder]);

        Assert.Equal("Not installed: runc, nft, unshare, setpriv. Install with: apt-get install runc nftables util-linux", message);
    }

    [Theory]
    [InlineData("apt-get", "apt-get install iproute2")]
    [InlineData("dnf", "dnf install iproute")]
    [InlineData("apk", "apk add iproute2")]
    public void The_command_is_that_of_the_machines_packages(string manager, string command)
    {
        Put(manager, Executable);
        Assert.EndsWith(command, HostPrograms.Missing(["ip"], [_folder]), StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_that_are_there_are_no_problem()
    {
        Put("runc", Executable);
        Assert.Null(HostPrograms.Missing(["runc"], [_folder]));
    }

    [Fact]
    public void Missing_kernel_features_are_named()
    {
        string nothing = Path.Combine(_folder, "nothing");
        string zero = Path.Combine(_folder, "zero");
        File.WriteAllText(zero, "0\n");

        Assert.Contains("modprobe loop", StartupChecks.CheckLoopDevices(nothing), StringComparison.Ordinal);
        Assert.Contains("sysctl -w user.max_user_namespaces", StartupChecks.CheckUserNamespaces(zero), StringComparison.Ordinal);
        Assert.Contains("CONFIG_SECCOMP_FILTER", StartupChecks.CheckSystemCallFilters(nothing), StringComparison.Ordinal);
        Assert.Contains("controllers memory, pids,", StartupChecks.CheckControllers(name => name is "cpu" or "freezer"), StringComparison.Ordinal);
        Assert.Null(StartupChecks.CheckControllers(_ => true));
    }

    [Fact]
    public void A_file_system_whose_module_is_not_loaded_is_loaded()
    {
        var loaded = new List<string>();
        Assert.Null(StartupChecks.CheckFileSystems("nodev\tproc\n\text4\n", loaded.Add));
        Assert.Equal(["overlay"], loaded);
    }

    [Fact]
    public void This_machine_will_do()
    {
        Requirements.Check();
        StartupChecks.Run();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Put(string program, UnixFileMode mode)
    {
        string path = Path.Combine(_folder, program);
        File.WriteAllText(path, string.Empty);
        File.SetUnixFileMode(path, mode);
    }
}

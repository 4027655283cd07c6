using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Ways to rights, to processes of others, and to what belongs to the machine as a whole.</summary>
[Collection(Attempts.Name)]
public sealed class PrivilegeAttempts(IsolationWorld world)
{
    [Fact]
    public Task Programs_that_set_a_user_id_gain_nothing() => world.RefusedAsync(
        new Attempt("setuid", Attempt.Shell("cp /usr/bin/id /suid/id && chmod 4755 /suid/id && [ $(setpriv --reuid 1000 --clear-groups /suid/id -u) = 0 ]"))
        {
            Always = (change, _) => change.AddMount("/suid", "tmpfs", "tmpfs", "mode=755"),
            Without = (change, _) => change.Configure(config => config["process"]!["noNewPrivileges"] = false),
        });

    [Fact]
    public Task Nor_do_they_where_a_sandbox_may_write() => world.RefusedAsync(
        new Attempt("setuid on a mount that knows none", Attempt.Shell("cp /usr/bin/id /suid/id && chmod 4755 /suid/id && [ $(setpriv --reuid 1000 --clear-groups /suid/id -u) = 0 ]"))
        {
            Always = (change, _) =>
            {
                change.Configure(config => config["process"]!["noNewPrivileges"] = false);
                change.AddMount("/suid", "tmpfs", "tmpfs", "mode=755", "nosuid");
            },
            Without = (change, _) => change.Configure(config =>
            {
                ProtectionChange.RemoveMount(config, "/suid");
                ProtectionChange.AddMountTo(config, "/suid", "tmpfs", "tmpfs", "mode=755");
            }),
        });

    [Theory]
    [InlineData("CAP_NET_ADMIN", "ip link set lo down")]
    [InlineData("CAP_SYS_ADMIN", "mount -t tmpfs none /mnt")]
    [InlineData("CAP_SYS_ADMIN", "hostname another")]
    [InlineData("CAP_DAC_READ_SEARCH", "setpriv --bounding-set -dac_override --inh-caps -dac_override true && setpriv --dump | grep -q dac_read_search")]
    [InlineData("CAP_SYS_PTRACE", "grep -q 'CapEff:.*[89a-f]....$' /proc/self/status")]
    public Task Rights_over_the_own_namespaces_are_missing_too(string capability, string command) => world.RefusedAsync(
        new Attempt(capability, Attempt.Shell(command))
        {
            Always = (change, _) => change.WithoutSystemCallFilter(),
            Without = (change, _) => change.AddCapability(capability),
        });

    [Fact]
    public async Task Host_processes_are_not_seen()
    {
        using HostProcess process = StartOnHost(out string marker);
        await world.RefusedAsync(new Attempt("the host's processes", Attempt.Shell($"grep -qa '[{marker[0]}]{marker[1..]}' /proc/[0-9]*/cmdline"))
        {
            Without = (change, _) => change.WithoutPidNamespace(),
        });
    }

    [Fact]
    public Task Nor_are_those_of_other_sandboxes() => world.RefusedAsync(
        new Attempt("the neighbour's processes", Attempt.Shell("grep -qa '[t]he-neighbours-process' /proc/[0-9]*/cmdline"))
        {
            Without = (change, _) => change.WithoutPidNamespace(),
        });

    [Fact]
    public async Task Host_processes_cannot_be_signalled()
    {
        using HostProcess process = StartOnHost(out _);
        await world.RefusedAsync(new Attempt("kill", Attempt.Shell($"kill -0 {process.Id}"))
        {
            Always = (change, _) => change.WithoutPidNamespace(),
            Without = (change, _) => change.WithoutUserNamespace(),
        });
    }

    [Fact]
    public async Task Nor_traced()
    {
        using HostProcess process = StartOnHost(out _);
        await world.RefusedAsync(new Attempt("ptrace", Attempt.Python($$"""
            result, error = call(101, 117, 0x4206, {{process.Id}}, 0, 0)
            got_in(result == 0, result, error)
            """))
        {
            Always = (change, _) =>
            {
                change.WithoutPidNamespace();
                change.AddCapability("CAP_SYS_PTRACE");
            },
            Without = (change, _) => change.WithoutUserNamespace(),
        });
    }

    [Fact]
    public Task Processes_of_the_neighbour_cannot_be_signalled_even_when_seen() => world.RefusedAsync(
        new Attempt("kill the neighbour", Attempt.Shell("kill -0 {place}"))
        {
            Place = one => one.NeighbourContainer.InitPid.ToString(CultureInfo.InvariantCulture),
            Always = (change, _) => change.WithoutPidNamespace(),
            Without = (change, _) => change.WithoutUserNamespace(),
        });

    [Fact]
    public async Task Shared_memory_of_the_host_is_not_seen()
    {
        int key = Random.Shared.Next(0x1000_0000, 0x7fff_ffff);
        int segment = Ipc.SharedMemory(key, 4096, Ipc.Create | 0b110_110_110);
        Assert.True(segment >= 0);
        try
        {
            await world.RefusedAsync(new Attempt("shared memory", Attempt.Python($"got_in(libc.shmget({key}, 0, 0) >= 0, ctypes.get_errno())"))
            {
                Always = (change, _) => change.Configure(config => ProtectionChange.RemoveMount(config, "/dev/mqueue")),
                Without = (change, _) => change.WithoutNamespace("ipc"),
            });
        }
        finally
        {
            Ipc.RemoveSharedMemory(segment);
        }
    }

    [Fact]
    public Task Control_groups_of_the_host_are_not_named() => world.RefusedAsync(
        new Attempt("the control group's path", Attempt.Shell("grep -q e2b-local /proc/self/cgroup"))
        {
            Without = (change, _) => change.WithoutNamespace("cgroup"),
        });

    [Fact]
    public Task The_server_is_not_reached_by_its_loopback() => world.RefusedAsync(
        new Attempt("the host's loopback", Attempt.Shell("curl -s -m 10 {place}health | grep -q successful"))
        {
            Place = one => one.Url.AbsoluteUri,
            Always = (change, _) => change.WithoutNetworkMounts(),
            Without = (change, _) => change.WithoutNamespace("network"),
        });

    [Fact]
    public Task Nor_are_ports_of_another_sandboxs_loopback() => world.RefusedAsync(
        new Attempt("the neighbour's port", Attempt.Shell($"curl -s -m 10 localhost:{IsolationWorld.NeighbourPort}/secret | grep -q \"{IsolationWorld.Secret}\""))
        {
            Always = (change, _) =>
            {
                change.OwnedByRoot();
                change.WithoutNetworkMounts();
            },
            Without = (change, one) => change.Join("network", one.NeighbourContainer.InitPid),
        });

    /// <summary>A process of the host that nothing depends on.</summary>
    private static HostProcess StartOnHost(out string marker)
    {
        marker = Random.Shared.Next(100_000_000, 999_999_999).ToString(CultureInfo.InvariantCulture);
        return new HostProcess(Process.Start("sleep", marker));
    }

    private sealed class HostProcess(Process process) : IDisposable
    {
        public int Id => process.Id;

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }
    }
}

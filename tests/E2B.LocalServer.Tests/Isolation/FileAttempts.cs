using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Ways to files of the host, by paths, links, mounts and devices.</summary>
[Collection(Attempts.Name)]
public sealed class FileAttempts : IAsyncLifetime
{
    private const string HostSecret = "the host's own";
    private readonly IsolationWorld _world;
    private readonly string _file = Path.Combine("/var/tmp", "e2b-secret-" + Guid.NewGuid().ToString("n"));

    public FileAttempts(IsolationWorld world) => _world = world;

    public async ValueTask InitializeAsync() => await File.WriteAllTextAsync(_file, HostSecret, TestRuntime.Token);

    public ValueTask DisposeAsync()
    {
        File.Delete(_file);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("a path", "cat {place}")]
    [InlineData("a path that climbs", "cat /usr/../../../../../../../../{place}")]
    [InlineData("a link", "ln -s {place} /home/user/link && cat /home/user/link")]
    [InlineData("a folder that is a link", "ln -s / /home/user/root && cat /home/user/root/{place}")]
    [InlineData("the root of process 1", "cat /proc/1/root/{place} /proc/1/cwd/{place}")]
    [InlineData("descriptors of process 1", "cat /proc/1/fd/*/../../{place} /proc/self/fd/../root/{place}")]
    public Task The_hosts_files_are_not_reached_by(string way, string command) => _world.RefusedAsync(new Attempt(way, Attempt.Shell($"{command} 2>&1 | grep -q \"{HostSecret}\""))
    {
        Place = _ => _file,
        Without = (change, _) => ShowHostFolder(change),
    });

    [Fact]
    public Task Nor_by_a_root_within_the_root() => _world.RefusedAsync(new Attempt("chroot twice", Attempt.Python($$"""
        os.makedirs('/tmp/jail', exist_ok=True)
        outside = os.open('/', os.O_RDONLY)
        os.chroot('/tmp/jail')
        os.fchdir(outside)
        for _ in range(64):
            os.chdir('..')
        os.chroot('.')
        got_in(os.path.exists('{place}'))
        """))
    {
        Place = _ => _file,
        Without = (change, _) => ShowHostFolder(change),
    });

    [Theory]
    [InlineData("/home/user/link")]
    [InlineData("../../../../../../{place}")]
    [InlineData("/proc/1/root/{place}")]
    public async Task Nor_by_the_agent(string path)
    {
        foreach (bool isOpen in (bool[])[true, false])
        {
            (E2B.Sandbox sandbox, _) = await _world.StartAsync(change =>
            {
                if (isOpen)
                {
                    ShowHostFolder(change);
                }
            });
            await IsolationWorld.RunAsync(sandbox, $"ln -s {_file} /home/user/link", "user");
            string asked = path.Replace("{place}", _file, StringComparison.Ordinal);
            if (isOpen)
            {
                Assert.Equal(HostSecret, await sandbox.Files.ReadTextAsync(asked, new SandboxFileOptions { User = "root" }, IsolationWorld.Token));
            }
            else
            {
                await Assert.ThrowsAsync<SandboxFileNotFoundException>(() => sandbox.Files.ReadTextAsync(asked, new SandboxFileOptions { User = "root" }, IsolationWorld.Token));
            }

            await sandbox.KillAsync(IsolationWorld.Token);
            await _world.AssertUnharmedAsync();
        }
    }

    [Fact]
    public Task What_is_shown_read_only_cannot_be_mounted_again() => _world.RefusedAsync(
        new Attempt("remount", Attempt.Shell("mount -o remount,bind,rw /.e2b/server && grep -q ' /.e2b/server .*rw,' /proc/mounts"))
        {
            Always = (change, _) =>
            {
                change.AddCapability("CAP_SYS_ADMIN");
                change.WithoutSystemCallFilter();
            },
            Without = (change, _) => change.WithoutUserNamespace(),
        });

    [Fact]
    public Task Nor_can_the_hosts_disks_be_made_anew_as_nodes() => _world.RefusedAsync(
        new Attempt("mknod", Attempt.Shell("mknod /nodes/loop-control c 10 237 && exec 3< /nodes/loop-control"))
        {
            Always = (change, _) =>
            {
                change.AddMount("/nodes", "tmpfs", "tmpfs", "mode=755");
                change.Configure(config => config["linux"]!["resources"]!["devices"]![0]!["allow"] = true);
            },
            Without = (change, _) => change.WithoutUserNamespace(),
        });

    [Fact]
    public Task Nodes_that_are_there_cannot_be_opened() => _world.RefusedAsync(
        new Attempt("a device's node", Attempt.Shell("mknod /nodes/loop-control c 10 237 && exec 3< /nodes/loop-control"))
        {
            Always = (change, _) =>
            {
                change.WithoutUserNamespace();
                change.AddMount("/nodes", "tmpfs", "tmpfs", "mode=755");
            },
            Without = (change, _) => change.Configure(config => config["linux"]!["resources"]!["devices"]![0]!["allow"] = true),
        });

    [Fact]
    public Task Nodes_on_what_a_sandbox_writes_to_lead_nowhere() => _world.RefusedAsync(
        new Attempt("a node on a mount for no devices", Attempt.Shell("mknod /nodes/loop-control c 10 237 && exec 3< /nodes/loop-control"))
        {
            Always = (change, _) =>
            {
                change.WithoutUserNamespace();
                change.Configure(config => config["linux"]!["resources"]!["devices"]![0]!["allow"] = true);
                change.AddMount("/nodes", "tmpfs", "tmpfs", "mode=755", "nodev");
            },
            Without = (change, _) => change.Configure(config =>
            {
                ProtectionChange.RemoveMount(config, "/nodes");
                ProtectionChange.AddMountTo(config, "/nodes", "tmpfs", "tmpfs", "mode=755");
            }),
        });

    [Theory]
    [InlineData("core_pattern", "value=$(cat /proc/sys/kernel/core_pattern) && echo \"$value\" > /proc/sys/kernel/core_pattern")]
    [InlineData("panic", "value=$(cat /proc/sys/kernel/panic) && echo \"$value\" > /proc/sys/kernel/panic")]
    [InlineData("inotify for all", "value=$(cat /proc/sys/fs/inotify/max_user_instances) && echo \"$value\" > /proc/sys/fs/inotify/max_user_instances")]
    public Task Kernel_settings_are_read_only(string name, string command) => _world.RefusedAsync(new Attempt(name, Attempt.Shell(command))
    {
        Always = (change, _) => change.WithoutUserNamespace(),
        Without = (change, _) => change.Configure(config => config["linux"]!.AsObject().Remove("readonlyPaths")),
    });

    [Fact]
    public Task Kernel_objects_are_read_only() => _world.RefusedAsync(
        new Attempt("/sys", Attempt.Shell("file=/sys/kernel/mm/ksm/run; [ -e $file ] || file=/sys/kernel/profiling; value=$(cat $file) && echo \"$value\" > $file"))
        {
            Always = (change, _) => change.WithoutUserNamespace(),
            Without = (change, _) => change.Configure(config =>
                ProtectionChange.Mount(config, "/sys")["options"] = new System.Text.Json.Nodes.JsonArray("nosuid", "noexec", "nodev")),
        });

    [Theory]
    [InlineData("interrupts")]
    [InlineData("keys")]
    [InlineData("timer_list")]
    public Task What_tells_about_the_host_is_masked(string file) => _world.RefusedAsync(new Attempt(file, Attempt.Shell($"[ -n \"$(head -c 1 /proc/{file})\" ]"))
    {
        Always = (change, _) => change.WithoutUserNamespace(),
        Without = (change, _) => change.Configure(config => config["linux"]!.AsObject().Remove("maskedPaths")),
    });

    /// <summary>A folder of the host in the sandbox, as no sandbox has one.</summary>
    private static void ShowHostFolder(ProtectionChange change) => change.AddMount("/var/tmp", "bind", "/var/tmp", "rbind");
}

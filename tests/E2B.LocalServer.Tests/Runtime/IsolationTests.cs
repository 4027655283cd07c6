using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>
/// Attempts to get out of a sandbox. Each must first succeed in a sandbox that lacks the one protection in
/// question: otherwise its failure in a whole sandbox would prove nothing.
/// </summary>
public sealed class IsolationTests : IAsyncLifetime
{
    private TestRuntime _test = null!;

    public async ValueTask InitializeAsync() => _test = await TestRuntime.OpenAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task Host_files_outside_the_base_cannot_be_read()
    {
        var secret = Path.Combine("/var/tmp", "e2b-secret-" + Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(secret, "the host's", TestRuntime.Token);
        try
        {
            var attempt = $"cat {secret}";
            var open = await _test.StartAsync(new ProtectionOverrides { RootLayer = "/" });
            Assert.Equal("the host's", (await _test.ExecAsync(open, attempt)).Succeeded().Output);

            var closed = await _test.StartAsync();
            Assert.Contains("No such file", (await _test.ExecAsync(closed, attempt)).Text, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public async Task The_host_etc_is_not_shown_as_a_whole()
    {
        var closed = await _test.StartAsync();
        var open = await _test.StartAsync(new ProtectionOverrides { RootLayer = "/" });
        const string Attempt = "ls /etc/shadow /etc/machine-id /etc/fstab /etc/ssl/private /etc/gshadow 2>/dev/null | wc -l";

        Assert.True(int.Parse((await _test.ExecAsync(open, Attempt)).Succeeded().Output, null) > 1);
        Assert.Equal("1\n", (await _test.ExecAsync(closed, Attempt)).Succeeded().Output);
        Assert.Equal("0\n", (await _test.ExecAsync(closed, "cat /etc/fstab | wc -c")).Succeeded().Output);
        Assert.DoesNotContain(Environment.MachineName, (await _test.ExecAsync(closed, "cat /etc/hosts /etc/hostname")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_processes_cannot_be_seen()
    {
        var marker = Random.Shared.Next(100_000_000, 999_999_999);
        using var hostProcess = Process.Start("sleep", marker.ToString(null, null));
        try
        {
            var attempt = $"grep -la [{marker / 100_000_000}]{marker % 100_000_000:d8} /proc/[0-9]*/cmdline";
            var open = await _test.StartAsync(new ProtectionOverrides { Configuration = WithoutPidNamespace });
            Assert.Contains(hostProcess.Id.ToString(null, null), (await _test.ExecAsync(open, attempt)).Output, StringComparison.Ordinal);

            var closed = await _test.StartAsync();
            Assert.Equal(string.Empty, (await _test.ExecAsync(closed, attempt)).Output);
        }
        finally
        {
            hostProcess.Kill();
        }
    }

    [Fact]
    public async Task What_is_written_stays_in_the_overlay()
    {
        var lower = TestRuntime.NewFolder();
        await Shell.RunAsync("cp", "-a", Path.Combine(_test.Runtime.Options.DataDirectory, "base/skeleton"), lower);
        try
        {
            var written = Path.Combine(lower, "srv/written");
            const string Attempt = "echo x > /srv/written";
            var closed = await _test.StartAsync(new ProtectionOverrides { RootLayer = lower });
            (await _test.ExecAsync(closed, Attempt)).Succeeded();
            Assert.False(File.Exists(written));

            var open = await _test.StartAsync(new ProtectionOverrides { RootLayer = lower, WithoutOverlay = true });
            (await _test.ExecAsync(open, Attempt)).Succeeded();
            Assert.True(File.Exists(written));
            await open.KillAsync();
            await closed.KillAsync();
        }
        finally
        {
            Directory.Delete(lower, recursive: true);
        }
    }

    [Fact]
    public async Task No_folder_of_the_sandbox_leads_to_a_host_folder()
    {
        var name = "e2b-marker-" + Guid.NewGuid().ToString("n");
        var options = TestRuntime.Options() with { Agent = StandInAgent.Command with { Folders = AgentCommand.ThisProgram().Folders } };
        await using var test = await TestRuntime.OpenAsync(options);
        var sandbox = await test.StartAsync();

        // In every folder two levels deep, and wherever something is mounted.
        var attempt = $"""
            for folder in $(cut -d' ' -f2 /proc/mounts; find / -xdev -maxdepth 2 -type d; find /usr /.e2b -maxdepth 2 -type d); do
                echo x > $folder/{name}
            done 2>/dev/null
            ls -d /{name} /usr/{name} /usr/bin/{name} /etc/{name} /tmp/{name} | wc -l
            ls /.e2b/server/{name} /.e2b/dotnet/{name} /sys/{name} | wc -l
            """;
        Assert.Equal("5\n0\n", (await test.ExecAsync(sandbox, attempt)).Output);

        string[] places = ["/usr", "/etc", "/root", "/home", "/opt", "/srv", "/var", AppContext.BaseDirectory, Path.Combine(options.DataDirectory, "base")];
        var onHost = await Shell.RunAsync(["find", .. places, "-maxdepth", "3", "-name", name]);
        Assert.Equal(string.Empty, onHost.Output);
    }

    [Fact]
    public async Task The_host_network_cannot_be_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var attempt = $"exec 5<>/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port}";

        var open = await _test.StartAsync(new ProtectionOverrides { Configuration = WithoutNetworkNamespace });
        (await _test.ExecAsync(open, attempt)).Succeeded();

        var closed = await _test.StartAsync();
        Assert.Contains("refused", (await _test.ExecAsync(closed, attempt)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_own_loopback_works()
    {
        var sandbox = await _test.StartAsync();
        const string Attempt = """
            python3 -c "
            import socket
            s = socket.create_server(('127.0.0.1', 80)); c = socket.create_connection(('127.0.0.1', 80)); c.send(b'hello'); print(s.accept()[0].recv(9).decode())
            s = socket.create_server(('::1', 81), family=socket.AF_INET6); c = socket.create_connection(('::1', 81)); c.send(b'hello6'); print(s.accept()[0].recv(9).decode())"
            """;
        Assert.Equal("hello\nhello6\n", (await _test.ExecAsync(sandbox, Attempt, user: 1000)).Succeeded().Output);
    }

    [Fact]
    public async Task Dangerous_system_calls_are_refused()
    {
        // keyctl(KEYCTL_GET_KEYRING_ID, the session's, 1) by its number on each architecture.
        const string Attempt = """
            python3 -c "
            import ctypes, platform
            libc = ctypes.CDLL(None, use_errno=True)
            number = 250 if platform.machine() == 'x86_64' else 219
            print('done' if libc.syscall(number, 0, -3, 1, 0, 0) > 0 else ctypes.get_errno())"
            """;
        var open = await _test.StartAsync(new ProtectionOverrides { Configuration = config => config["linux"]!.AsObject().Remove("seccomp") });
        Assert.Equal("done\n", (await _test.ExecAsync(open, Attempt)).Succeeded().Output);

        var closed = await _test.StartAsync();
        Assert.Equal("1\n", (await _test.ExecAsync(closed, Attempt)).Succeeded().Output);
    }

    [Fact]
    public async Task New_namespaces_cannot_be_made()
    {
        const string Attempt = "unshare --user true";
        var open = await _test.StartAsync(new ProtectionOverrides { Configuration = config => config["linux"]!.AsObject().Remove("seccomp") });
        (await _test.ExecAsync(open, Attempt, user: 1000)).Succeeded();

        var closed = await _test.StartAsync();
        Assert.NotEqual(0, (await _test.ExecAsync(closed, Attempt, user: 1000)).ExitCode);
    }

    [Fact]
    public async Task Programs_cannot_gain_rights()
    {
        const string Attempt = "cp /usr/bin/id /suid/id; chmod 4755 /suid/id; setpriv --reuid 1000 --clear-groups /suid/id -u";
        var open = await _test.StartAsync(new ProtectionOverrides
        {
            Configuration = config =>
            {
                AddSetUidFolder(config);
                config["process"]!["noNewPrivileges"] = false;
            },
        });
        Assert.Equal("0\n", (await _test.ExecAsync(open, Attempt)).Succeeded().Output);

        var closed = await _test.StartAsync(new ProtectionOverrides { Configuration = AddSetUidFolder });
        Assert.Equal("1000\n", (await _test.ExecAsync(closed, Attempt)).Succeeded().Output);
    }

    [Fact]
    public async Task Everything_writable_is_mounted_without_set_user_id_and_devices()
    {
        var sandbox = await _test.StartAsync();
        var mounts = (await _test.ExecAsync(sandbox, "grep -E '^(overlay|ext4|shm)|/[.]e2b' /proc/mounts")).Succeeded().Output.TrimEnd();
        Assert.All(mounts.Split('\n'), mount => Assert.Contains(",nosuid,nodev", mount, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kernel_settings_are_read_only()
    {
        const string Attempt = "echo 1 > /proc/sys/net/ipv4/ip_forward";
        var open = await _test.StartAsync(new ProtectionOverrides
        {
            Configuration = config =>
            {
                AllowNetworkSettings(config);
                config["linux"]!.AsObject().Remove("readonlyPaths");
            },
        });
        (await _test.ExecAsync(open, Attempt)).Succeeded();

        var closed = await _test.StartAsync(new ProtectionOverrides { Configuration = AllowNetworkSettings });
        Assert.Contains("Read-only", (await _test.ExecAsync(closed, Attempt)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_tells_about_the_host_is_masked()
    {
        const string Attempt = "cat /proc/interrupts | wc -c";
        var open = await _test.StartAsync(new ProtectionOverrides { Configuration = config => config["linux"]!.AsObject().Remove("maskedPaths") });
        Assert.NotEqual("0\n", (await _test.ExecAsync(open, Attempt)).Output);

        var closed = await _test.StartAsync();
        Assert.Equal("0\n", (await _test.ExecAsync(closed, Attempt)).Output);
    }

    [Fact]
    public async Task The_environment_of_the_server_does_not_get_in()
    {
        const string Name = "E2B_TEST_SECRET";
        Environment.SetEnvironmentVariable(Name, "secret");
        try
        {
            var sandbox = await _test.StartAsync();
            var inside = (await _test.ExecAsync(sandbox, "tr '\\0' '\\n' < /proc/1/environ | cut -d= -f1 | sort")).Succeeded();
            Assert.Equal("HOME\nLANG\nPATH\n", inside.Output);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [Fact]
    public async Task Only_the_listening_socket_is_handed_in()
    {
        var sandbox = await _test.StartAsync();
        await sandbox.WaitForAgentAsync(TestRuntime.Token);
        Assert.Equal("0\n1\n2\n3\n", (await _test.ExecAsync(sandbox, "ls /proc/1/fd")).Succeeded().Output);
    }

    [Fact]
    public async Task The_server_and_its_runtime_can_be_run_inside_but_not_changed()
    {
        var options = TestRuntime.Options() with { Agent = StandInAgent.Command with { Folders = AgentCommand.ThisProgram().Folders } };
        await using var test = await TestRuntime.OpenAsync(options);
        var sandbox = await test.StartAsync();
        Assert.Contains("Microsoft.AspNetCore.App", (await test.ExecAsync(sandbox, "/.e2b/dotnet/dotnet --list-runtimes")).Succeeded().Output, StringComparison.Ordinal);
        foreach (var folder in (string[])["/.e2b/dotnet", "/.e2b/server"])
        {
            Assert.Contains("Read-only", (await test.ExecAsync(sandbox, $"touch {folder}/x")).Text, StringComparison.Ordinal);
            Assert.NotEqual(0, (await test.ExecAsync(sandbox, $"mount -o remount,rw {folder} || umount {folder}")).ExitCode);
        }
    }

    [Fact]
    public async Task Id_ranges_of_two_servers_are_distinct()
    {
        await using var other = await TestRuntime.OpenAsync();
        var sandboxes = await Task.WhenAll(_test.StartAsync(), _test.StartAsync(), other.StartAsync(), other.StartAsync());
        Assert.Equal(4, sandboxes.Select(sandbox => sandbox.IdRange.First).Distinct().Count());
    }

    [Fact]
    public async Task Id_ranges_are_distinct_and_used_again()
    {
        var first = await _test.StartAsync();
        var second = await _test.StartAsync();
        Assert.NotEqual(first.IdRange.First, second.IdRange.First);
        Assert.Contains($" {first.IdRange.First} ", (await _test.ExecAsync(first, "cat /proc/self/uid_map | tr -s ' '")).Output, StringComparison.Ordinal);

        // On the host the sandbox's root is the range's first id; on its disk it is 0.
        (await _test.ExecAsync(first, "touch /srv/mine")).Succeeded();
        var owner = await Shell.RunAsync("stat", "-c", "%u", Path.Combine(first.HostRoot, "srv/mine"));
        Assert.Equal(first.IdRange.First + "\n", owner.Output);

        var freed = first.IdRange.First;
        await first.KillAsync();
        var third = await _test.StartAsync();
        Assert.Equal(freed, third.IdRange.First);
    }

    private static void WithoutPidNamespace(JsonObject config)
    {
        RemoveNamespace(config, "pid");
        var proc = Mount(config, "/proc");
        proc["type"] = "bind";
        proc["source"] = "/proc";
        proc["options"] = new JsonArray("rbind", "nosuid", "noexec", "nodev");
    }

    private static void WithoutNetworkNamespace(JsonObject config)
    {
        RemoveNamespace(config, "network");
        config["linux"]!.AsObject().Remove("sysctl");

        // The kernel lets nobody mount a view of a network that is not theirs.
        config["mounts"]!.AsArray().Remove(Mount(config, "/sys"));
    }

    private static void AddSetUidFolder(JsonObject config) => config["mounts"]!.AsArray().Add(new JsonObject
    {
        ["destination"] = "/suid",
        ["type"] = "tmpfs",
        ["source"] = "tmpfs",
        ["options"] = new JsonArray("mode=755"),
    });

    private static void AllowNetworkSettings(JsonObject config)
    {
        foreach (var (_, set) in config["process"]!["capabilities"]!.AsObject())
        {
            set!.AsArray().Add("CAP_NET_ADMIN");
        }
    }

    private static void RemoveNamespace(JsonObject config, string type)
    {
        var namespaces = config["linux"]!["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.Single(entry => (string)entry!["type"]! == type));
    }

    private static JsonNode Mount(JsonObject config, string destination) =>
        config["mounts"]!.AsArray().Single(entry => (string)entry!["destination"]! == destination)!;
}

using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>What one sandbox has written can be the ground on which others start.</summary>
public sealed class LayerTests : IAsyncLifetime
{
    private TestRuntime _test = null!;

    public async ValueTask InitializeAsync() => _test = await TestRuntime.OpenAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task Layers_bring_files_owners_deletions_and_renames()
    {
        var first = await _test.StartAsync();
        (await _test.ExecAsync(first, """
            set -e
            mkdir -p /opt/one/two; echo first > /opt/one/two/file; echo 1 > /etc/one
            echo mine > /home/user/mine; chown 1000:1000 /home/user/mine; chmod 600 /home/user/mine
            rm /usr/bin/true; echo tool > /usr/bin/tool; ln /opt/one/two/file /opt/one/linked
            mv /usr/share/doc /usr/share/renamed
            """)).Succeeded();
        var layer = await SaveAsync(first, "first");
        Assert.Equal("1000\n", (await Shell.RunAsync("stat", "-c", "%u", layer + "/root/home/user/mine")).Output);

        var second = await _test.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = [layer] });
        const string Look = """
            cat /opt/*/two/file /etc/one /home/user/mine /usr/bin/tool; stat -c %h /opt/*/linked
            stat -c '%U %a' /home/user/mine; ls /usr/bin/true /usr/share/doc 2>/dev/null; ls /usr/share/renamed | wc -l
            """;
        var seen = (await _test.ExecAsync(second, Look)).Succeeded().Output;
        Assert.StartsWith("first\n1\nmine\ntool\n2\nuser 600\n", seen, StringComparison.Ordinal);
        Assert.True(int.Parse(seen.TrimEnd().Split('\n')[^1], null) > 0);
        Assert.Equal(7, seen.TrimEnd().Split('\n').Length);

        // A folder that comes from a layer can be renamed, and the layer above keeps that.
        (await _test.ExecAsync(second, "python3 -c \"import os; os.rename('/opt/one', '/opt/moved')\" && echo 2 > /etc/one")).Succeeded();
        var upper = await SaveAsync(second, "second");
        await Task.WhenAll(first.KillAsync(), second.KillAsync());

        var third = await _test.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = [layer, upper] });
        Assert.Equal(seen.Replace("\n1\n", "\n2\n", StringComparison.Ordinal), (await _test.ExecAsync(third, Look)).Succeeded().Output);
        Assert.Equal("moved\n", (await _test.ExecAsync(third, "ls /opt")).Output);
    }

    [Fact]
    public async Task As_many_layers_as_there_can_be_are_all_there()
    {
        var layers = new List<string>();
        for (var i = 0; i < RootFileSystem.MostLayers; i++)
        {
            layers.Add(Path.Combine(_test.Runtime.Options.DataDirectory, "many", $"{i}"));
            Directory.CreateDirectory(Path.Combine(layers[i], "root/opt/many"));
            await File.WriteAllTextAsync(Path.Combine(layers[i], $"root/opt/many/{i}"), "x", TestRuntime.Token);
        }

        var sandbox = await _test.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = layers });

        Assert.Equal($"{RootFileSystem.MostLayers}\n", (await _test.ExecAsync(sandbox, "ls /opt/many | wc -l")).Succeeded().Output);
    }

    [Fact]
    public async Task A_missing_layer_is_named()
    {
        var spec = new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = ["/no/such/layer"] };
        var error = await Assert.ThrowsAsync<SandboxException>(() => _test.StartAsync(spec));
        Assert.Contains("/no/such/layer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_disk_brings_the_files_back()
    {
        var disk = Path.Combine(_test.Runtime.Options.DataDirectory, "kept", "disk.img");
        var first = await _test.StartAsync();
        (await _test.ExecAsync(first, "echo early > /srv/early; rm /usr/bin/true")).Succeeded();
        await first.KeepDiskAsync(disk);
        await first.KeepDiskAsync(disk);
        (await _test.ExecAsync(first, "echo late > /srv/late")).Succeeded();

        var spec = new SandboxSpec { Limits = TestRuntime.SmallLimits, Disk = disk };
        var error = await Assert.ThrowsAsync<SandboxException>(() => _test.StartAsync(spec));
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        await first.KillAsync();

        var second = await _test.StartAsync(spec);
        Assert.Equal("early\nlate\n", (await _test.ExecAsync(second, "cat /srv/early /srv/late; ls /usr/bin/true 2>/dev/null")).Output);
        await second.KillAsync();
        Assert.True(File.Exists(disk));
    }

    private async Task<string> SaveAsync(RunningSandbox sandbox, string name)
    {
        var folder = Path.Combine(_test.Runtime.Options.DataDirectory, "layers", name);
        await sandbox.FreezeAsync();
        await sandbox.SaveLayerAsync(folder, TestRuntime.Token);
        await sandbox.ThawAsync();
        return folder;
    }
}

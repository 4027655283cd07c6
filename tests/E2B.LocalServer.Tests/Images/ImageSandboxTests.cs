using E2B.LocalServer.Images;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>Sandboxes whose root is an image's, with the real agent in them.</summary>
public sealed class ImageSandboxTests : IAsyncLifetime
{
    private TestRuntime _test = null!;

    private string Layers => Path.Combine(_test.Runtime.Options.DataDirectory, "layers");

    public async ValueTask InitializeAsync() =>
        _test = await TestRuntime.OpenAsync(TestRuntime.Options() with { Agent = AgentCommand.ThisProgram() });

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task The_agent_serves_in_an_image_that_has_none_of_its_libraries()
    {
        string layer = await UnpackAsync("image");
        Assert.Empty(Directory.EnumerateFiles(layer, "libstdc++*", SearchOption.AllDirectories));
        RunningSandbox sandbox = await _test.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = [layer] });
        await sandbox.WaitForAgentAsync(TestRuntime.Token);

        const string Look = "cat /etc/os-release; ls -d /usr/share 2>&1; id -un 1001; cat /home/user/.profile | head -n 1; ls /.e2b";
        string seen = (await _test.ExecAsync(sandbox, Look)).Output;
        Assert.StartsWith("PRETTY_NAME=\"Test Linux\"\n", seen, StringComparison.Ordinal);
        Assert.Contains("cannot access '/usr/share'", seen, StringComparison.Ordinal);
        Assert.Contains("\nuser\n# Read by login shells.\ndotnet\nlibs\nserver\n", seen, StringComparison.Ordinal);

        // A layer on top of it, and a sandbox on that one.
        (await _test.ExecAsync(sandbox, "mkdir /opt; echo mine > /opt/file; rm /usr/bin/tr; mv /etc/skel /etc/gone 2>/dev/null; chown 1001 /opt/file")).Succeeded();
        string upper = Path.Combine(Layers, "upper");
        await sandbox.FreezeAsync();
        await sandbox.SaveLayerAsync(upper, TestRuntime.Token);
        await sandbox.KillAsync();
        RunningSandbox second = await _test.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = [layer, upper] });
        await second.WaitForAgentAsync(TestRuntime.Token);
        Assert.Equal("mine\nuser\n", (await _test.ExecAsync(second, "cat /opt/file; stat -c %U /opt/file; ls /usr/bin/tr 2>/dev/null")).Output);
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_agent_leads_no_mount_elsewhere()
    {
        // What root in a sandbox can do, and a snapshot would keep.
        string layer = await UnpackAsync("linked");
        string victim = Path.Combine(_test.Runtime.Options.DataDirectory, "victim");
        foreach (string folder in (string[])["dotnet", "server", "libs"])
        {
            Directory.CreateDirectory(Path.Combine(victim, folder));
        }

        string whole = Path.Combine(layer, RootFileSystem.WholeRoot);
        Directory.Delete(Path.Combine(whole, ".e2b"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(whole, ".e2b"), victim);

        await Assert.ThrowsAnyAsync<IOException>(() => _test.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits, Layers = [layer] }));

        Assert.All(Directory.EnumerateDirectories(victim), folder => Assert.Empty(Directory.EnumerateFileSystemEntries(folder)));
        Assert.DoesNotContain(victim, await File.ReadAllTextAsync("/proc/self/mountinfo", TestRuntime.Token), StringComparison.Ordinal);
    }

    private async Task<string> UnpackAsync(string name)
    {
        await using TestRegistry registry = await TestRegistry.StartAsync();
        string layer = Path.Combine(Layers, name);
        string fetched = Path.Combine(Layers, name + "-fetched");
        Directory.CreateDirectory(layer);
        Directory.CreateDirectory(fetched);
        var request = new ImageRequest(registry.Add("minimal:1", await MinimalRoot.ImageAsync()), null);
        var source = new SkopeoImageSource(fetched, new ImageLimits { FreeBytes = 0 }, new RegistrySignIn(TimeProvider.System));
        string digest = await source.ResolveAsync(request, TestRuntime.Token);
        await source.UnpackAsync(request, digest, Path.Combine(layer, RootFileSystem.WholeRoot), _ => { }, TestRuntime.Token);
        return layer;
    }
}

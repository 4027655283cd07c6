using System.Text.RegularExpressions;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Operations;

/// <summary>What <c>serve</c> says on a machine that lacks something.</summary>
public sealed class SetUpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("e2b-setup-").FullName;

    private string Data => Path.Combine(_folder, "data");

    [Theory]
    [InlineData("runc", "/usr/sbin/runc /usr/bin/runc /usr/local/sbin/runc /usr/local/bin/runc", "Not installed: runc. Install with: ", " runc")]
    [InlineData("runc and mkfs.ext4", "/usr/sbin/runc /usr/bin/runc /usr/local/sbin/runc /usr/local/bin/runc /usr/sbin/mkfs.ext4 /sbin/mkfs.ext4", "Not installed: runc, mkfs.ext4. Install with: ", " runc e2fsprogs")]
    [InlineData("loop devices", "/dev/loop-control", "there is no /dev/loop-control", "modprobe loop")]
    public async Task What_is_missing_is_named_with_the_command_that_mends_it(string what, string files, string named, string command)
    {
        (int exitCode, string errors) = await ServeHidingAsync(files);

        Assert.True(exitCode == 1, $"{what}: {exitCode} {errors}");
        string reason = Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.StartsWith("error: ", reason, StringComparison.Ordinal);
        Assert.Contains(named, reason, StringComparison.Ordinal);
        Assert.Contains(command, reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_networks_programs_it_starts_and_says_so()
    {
        using ServerProcess server = ServerProcess.Launch("unshare", "--mount", "sh", "-c", Hide("/usr/sbin/nft /sbin/nft /usr/bin/nft /usr/local/sbin/nft") + Serve(Data));
        await server.UntilAsync("Sandboxes have no internet");
        Assert.Contains("Not installed: nft. Install with: ", server.Errors, StringComparison.Ordinal);
        await server.TerminateAsync();
    }

    [Fact]
    public async Task A_runc_that_is_on_PATH_alone_is_found()
    {
        Requirements.Check();
        string tools = Directory.CreateDirectory(Path.Combine(_folder, "tools")).FullName;
        string runc = (await Shell.RunAsync("sh", "-c", "command -v runc")).Succeeded().Output.Trim();
        File.Copy(runc, Path.Combine(tools, "runc"));
        using ServerProcess server = ServerProcess.Launch(
            "unshare", "--mount", "sh", "-c", Hide("/usr/sbin/runc /usr/bin/runc /usr/local/sbin/runc /usr/local/bin/runc") + $"PATH={tools}:$PATH " + Serve(Data, "--log-level", "info"));
        await server.UntilAsync("The server is ready");
        Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task An_ordinary_user_is_told_why_not()
    {
        Requirements.Check();

        string reason;

        // A copy of the program where that user may read it.
        string program = Path.Combine(_folder, "program");
        (await Shell.RunAsync("cp", "-r", AppContext.BaseDirectory, program)).Succeeded();
        (await Shell.RunAsync("chmod", "-R", "a+rX", _folder)).Succeeded();
        string data = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        (await Shell.RunAsync("chown", "12345:12345", data)).Succeeded();
        using (ServerProcess server = ServerProcess.Launch(
            "setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "env", $"HOME={data}", "dotnet", Path.Combine(program, "E2B.LocalServer.dll"), "serve", "--port", "0", "--data", Path.Combine(data, "data"), "--log-level", "info"))
        {
            Assert.Equal(1, await server.WaitAsync());
            reason = server.Errors.TrimEnd().Split('\n')[^1];
        }

        Assert.StartsWith("error: Sandboxes need root, and this is user 12345", reason, StringComparison.Ordinal);
        Assert.Contains("control groups are delegated", reason, StringComparison.Ordinal);
        Assert.Contains("--isolation none", reason, StringComparison.Ordinal);

        // The command that it names is the one that helps.
        Match command = Regex.Match(reason, @"as root: sudo (.+?) \(or ");
        Assert.True(command.Success, reason);
        using ServerProcess asRoot = ServerProcess.Launch("sh", "-c", "exec " + command.Groups[1].Value + " --pool 0");
        await asRoot.UntilAsync("The server is ready");
        Assert.Equal(0, (await asRoot.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task Without_isolation_an_ordinary_user_will_do()
    {
        Requirements.Check();
        string data = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        (await Shell.RunAsync("cp", "-r", AppContext.BaseDirectory, Path.Combine(_folder, "program"))).Succeeded();
        (await Shell.RunAsync("chmod", "-R", "a+rX", _folder)).Succeeded();
        (await Shell.RunAsync("chown", "12345:12345", data)).Succeeded();
        using ServerProcess server = ServerProcess.Launch(
            "setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "env", $"HOME={data}", "dotnet", Path.Combine(_folder, "program", "E2B.LocalServer.dll"), "serve", "--port", "0", "--data", Path.Combine(data, "data"), "--log-level", "info", "--isolation", "none");
        await server.UntilAsync("The server is ready");
        Assert.Contains("commands in sandboxes run on this machine with your rights", server.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int ExitCode, string Errors)> ServeHidingAsync(string files)
    {
        Requirements.Check();
        using ServerProcess server = ServerProcess.Launch("unshare", "--mount", "sh", "-c", Hide(files) + Serve(Data));
        int exitCode = await server.WaitAsync();
        return (exitCode, server.Errors);
    }

    /// <summary>In a mount namespace of its own: programs hidden behind a file that is none, or all devices but those that any program needs.</summary>
    private string Hide(string files)
    {
        string nothing = Path.Combine(_folder, "nothing");
        File.WriteAllText(nothing, string.Empty);
        return files.StartsWith("/dev", StringComparison.Ordinal)
            ? "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9 && "
            : $"for file in {files}; do if [ -e $file ]; then mount --bind {nothing} $(readlink -f $file) || exit 9; fi; done; ";
    }

    private static string Serve(string data, params string[] more) =>
        $"exec dotnet {ServerProcess.Program} serve --port 0 --data {data} --pool 0 {string.Join(' ', more)}";
}

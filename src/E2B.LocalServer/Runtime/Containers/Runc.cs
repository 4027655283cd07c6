using System.Text.Json;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>Calls runc, and turns its log into an exception when it fails.</summary>
internal sealed class Runc(string stateDirectory, string logDirectory)
{
    private static readonly string[] _environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
    private readonly string _program = HostPrograms.Find("runc");

    /// <summary>The names of the containers there are, running or not.</summary>
    public IReadOnlyList<string> Containers() => Directory.Exists(stateDirectory)
        ? [.. Directory.EnumerateDirectories(stateDirectory).Select(folder => Path.GetFileName(folder)!)]
        : [];

    /// <summary>
    /// Starts a container. <paramref name="output"/> is its stdin, stdout and stderr, <paramref name="listener"/> its
    /// descriptor 3. The answer is its first process.
    /// </summary>
    public async Task<int> RunAsync(string id, string bundle, long openFiles, int output, int listener)
    {
        var pidFile = Path.Combine(bundle, "pid");
        await InvokeAsync(
            id, ProcessLimits.Command(openFiles), ["run", "--detach", "--preserve-fds", "1", "--bundle", bundle, "--pid-file", pidFile, id], output, output, output, listener);
        return int.Parse(await File.ReadAllTextAsync(pidFile), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Ends what is left of a container and forgets it; an unknown one is no error.</summary>
    public Task DeleteAsync(string id) => InvokeQuietlyAsync(id, ["delete", "--force", id]);

    /// <summary>
    /// Forgets a container whose processes have all ended, as runc would, but without a program for it: with many
    /// sandboxes that end at once, those programs would take most of the time.
    /// </summary>
    /// <returns><see langword="false"/> when something of it is left, for <see cref="DeleteAsync"/> to see to.</returns>
    public async Task<bool> TryForgetAsync(string id, string controlGroup)
    {
        for (var wait = 1; wait <= 64; wait *= 2)
        {
            ControlGroups.Remove(controlGroup);
            if (!ControlGroups.Find(controlGroup).Any())
            {
                Folders.Delete(Path.Combine(stateDirectory, id));
                return true;
            }

            await Task.Delay(wait);
        }

        return false;
    }

    private async Task InvokeQuietlyAsync(string id, string[] arguments)
    {
        using var nothing = Descriptor.NullDevice();
        var fd = (int)nothing.DangerousGetHandle();
        await InvokeAsync(id, [], arguments, fd, fd, fd);
    }

    private async Task InvokeAsync(string id, string[] runBy, string[] arguments, params int[] descriptors)
    {
        var log = Path.Combine(logDirectory, id + "." + arguments[0] + ".log");
        string[] command = [.. runBy, _program, "--root", stateDirectory, "--log", log, "--log-format", "json", .. arguments];
        var pid = ChildProcess.Start(command[0], command[1..], _environment, descriptors);
        var exitCode = await ProcessWatcher.Instance.WaitAsync(pid);
        try
        {
            if (exitCode != 0)
            {
                throw new SandboxException($"runc {arguments[0]} failed with exit code {exitCode}: {LastMessage(log)}");
            }
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static string LastMessage(string log)
    {
        try
        {
            var line = File.ReadLines(log).LastOrDefault(text => text.Contains("\"error\"", StringComparison.Ordinal));
            return line is null ? "it left no message." : JsonDocument.Parse(line).RootElement.GetProperty("msg").GetString()!;
        }
        catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException)
        {
            return "its log cannot be read.";
        }
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Takes the machine's C library along with the agent: an image may have an older one than .NET and the agent need, or
/// lack others. Its own programs see nothing of that.
/// </summary>
internal static class AgentLibraries
{
    private const string Folder = "libs";
    private static readonly string[] _loaders = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? ["/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"]
        : ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"];

    /// <summary>What .NET looks for by itself, once it needs it.</summary>
    private static readonly string[] _lookedFor = ["libssl.so.3", "libcrypto.so.3", "libssl.so.1.1", "libcrypto.so.1.1"];

    /// <summary>Copies the libraries into a folder, and changes the agent's command so that it uses them.</summary>
    /// <param name="agent">The agent; one that is not run by .NET is left as it is.</param>
    /// <param name="folder">Made anew.</param>
    public static AgentCommand Add(AgentCommand agent, string folder)
    {
        if (!agent.Folders.TryGetValue("dotnet", out var dotnet) || _loaders.FirstOrDefault(File.Exists) is not { } loader)
        {
            return agent;
        }

        Folders.Delete(folder);
        Folders.Make(folder, Folders.Open);
        foreach (var (name, library) in Libraries(loader, dotnet))
        {
            Copy(library, Path.Combine(folder, name));
        }

        // "dotnet" takes the folder of the program that runs for its own, and that program is the loader.
        Copy(loader, Path.Combine(folder, "dotnet"));
        foreach (var part in (string[])["host", "shared"])
        {
            File.CreateSymbolicLink(Path.Combine(folder, part), $"{AgentCommand.FolderRoot}/dotnet/{part}");
        }

        const string inside = AgentCommand.FolderRoot + "/" + Folder;
        return agent with
        {
            Arguments = [inside + "/dotnet", "--library-path", inside, .. agent.Arguments],

            // The image's settings are for its own OpenSSL.
            Environment = new Dictionary<string, string>(agent.Environment) { ["OPENSSL_CONF"] = "/dev/null" },
            Folders = new Dictionary<string, string>(agent.Folders) { [Folder] = folder },
        };
    }

    private static Dictionary<string, string> Libraries(string loader, string dotnet)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var program in Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.so")
            .Concat(Directory.EnumerateFiles(Path.Combine(dotnet, "host"), "*.so", SearchOption.AllDirectories))
            .Append(Path.Combine(dotnet, "dotnet")))
        {
            AddNeeded(loader, program, found);
        }

        foreach (var library in found.Values.Select(Path.GetDirectoryName).Distinct().ToArray()
            .SelectMany(folder => _lookedFor.Select(name => Path.Combine(folder!, name))).Where(File.Exists))
        {
            found.TryAdd(Path.GetFileName(library), library);
            AddNeeded(loader, library, found);
        }

        return found;
    }

    /// <summary>Asks the loader, which says <c>libm.so.6 => /lib/…/libm.so.6 (0x…)</c>. One that cannot be loaded here is of no use there either.</summary>
    private static void AddNeeded(string loader, string program, Dictionary<string, string> found)
    {
        using var process = Process.Start(new ProcessStartInfo(loader, ["--list", program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var line in process.StandardOutput.ReadToEnd().Split('\n'))
        {
            if (line.Split("=>", StringSplitOptions.TrimEntries) is [var name, var rest]
                && rest.Split(' ')[0] is ['/', ..] path
                && !name.StartsWith('/')
                && Path.GetDirectoryName(path) != Path.GetDirectoryName(program))
            {
                found.TryAdd(Path.GetFileName(name), path);
            }
        }

        errors.Wait();
        process.WaitForExit();
    }

    private static void Copy(string source, string target)
    {
        // What a link leads to, under the name that is asked for.
        File.WriteAllBytes(target, File.ReadAllBytes(source));
        File.SetUnixFileMode(target, Folders.Open);
    }
}

using System.Runtime.InteropServices;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// The program that runs as process 1 of each sandbox. It finds the listening socket that the server connects to
/// as descriptor 3. Its stdin ends when the server is gone, which is its sign to end as well; what it writes to
/// stdout and stderr is kept, the last part of it, in <see cref="RunningSandbox.AgentOutput"/>.
/// </summary>
public sealed record AgentCommand
{
    /// <summary>Where the folders of <see cref="Folders"/> are found inside a sandbox.</summary>
    public const string FolderRoot = "/.e2b";

    /// <summary>The number of the listening socket's descriptor.</summary>
    public const int ListenDescriptor = 3;

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment: nothing of the server's own gets in.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = BasicEnvironment;

    /// <summary>Host folders to show read-only below <see cref="FolderRoot"/>, by name: only <c>dotnet</c> and <c>server</c>.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; init; } = new Dictionary<string, string>();

    /// <summary>What every program expects to find.</summary>
    public static IReadOnlyDictionary<string, string> BasicEnvironment { get; } = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/root",
        ["LANG"] = "C.UTF-8",
    };

    /// <summary>The same, with the code interpreter's service beside it.</summary>
    public AgentCommand WithInterpreter() => this with { Arguments = [.. Arguments, Agent.AgentOptions.InterpreterFlag] };

    /// <summary>The agent in this very program, run by the same .NET.</summary>
    public static AgentCommand ThisProgram()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        if (!File.Exists(Path.Combine(root, "dotnet")))
        {
            throw new StartupCheckException(
                $"There is no 'dotnet' in {root}. The agent in each sandbox is run by the same .NET as the server; start the server with 'dotnet E2B.LocalServer.dll'.");
        }

        var environment = new Dictionary<string, string>(BasicEnvironment)
        {
            ["DOTNET_ROOT"] = FolderRoot + "/dotnet",
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TieredCompilation"] = "1",
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
        };

        var assembly = typeof(AgentCommand).Assembly.Location;
        return new AgentCommand
        {
            Arguments =
            [
                FolderRoot + "/dotnet/dotnet",
                FolderRoot + "/server/" + Path.GetFileName(assembly),
                "agent",
                "--listen-fd",
                ListenDescriptor.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ],
            Environment = environment,
            Folders = new Dictionary<string, string>
            {
                ["dotnet"] = root,
                ["server"] = Path.GetDirectoryName(assembly)!,
            },
        };
    }
}

using System.Text.Json;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Agent.Processes;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.Agent.Interpreter;

/// <summary>
/// The code interpreter's service, a program in Python that lies beside this one. It runs as root, as in the cloud,
/// is told the sandbox's variables on its stdin, and is started anew when it ends.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Lives as long as the program.")]
internal sealed class InterpreterService(SandboxDefaults defaults, ProcessService processes)
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan _pauseBetweenStarts = TimeSpan.FromSeconds(1);
    private static readonly string _program = Path.Combine(AppContext.BaseDirectory, "Interpreter", "main.py");
    private readonly SemaphoreSlim _telling = new(1, 1);
    private SandboxProcess? _process;

    public void Start() => _ = Task.Run(RunAsync);

    /// <summary>Tells it the variables that all code has.</summary>
    public async Task TellEnvironmentAsync()
    {
        await _telling.WaitAsync();
        try
        {
            if (_process is { } process)
            {
                await process.WriteStdinAsync(Order(), CancellationToken.None);
            }
        }
        catch (Exception e) when (e is UnixException or InvalidOperationException)
        {
            // It has just ended. The next one is told at its start.
        }
        finally
        {
            _telling.Release();
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await RunOnceAsync();
            }
            catch (Exception e)
            {
                await Console.Error.WriteLineAsync($"The code interpreter's service could not be started: {e.Message}");
            }

            await Task.Delay(_pauseBetweenStarts);
        }
    }

    private async Task RunOnceAsync()
    {
        (SandboxProcess process, OutputSubscription output) = await processes.StartOwnAsync(Plan());
        using (output)
        {
            _process = process;
            await TellEnvironmentAsync();
            using Stream errors = Console.OpenStandardError();
            while (await output.WaitAsync(CancellationToken.None))
            {
                while (output.TryTake(out OutputItem item))
                {
                    errors.Write(item.Data);
                }
            }
        }
    }

    private byte[] Order()
    {
        byte[] variables = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string>(defaults.Environment), RestJson.Default.IDictionaryStringString);
        return [.. "{\"environment\":"u8, .. variables, .. "}\n"u8];
    }

    // The folder of the program is read-only, so compiled files could not be kept there.
    private static SpawnPlan Plan() => new()
    {
        Command = Python,
        Arguments = ["-I", "-B", _program],
        Environment =
        [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root", "LOGNAME=root",
            "SHELL=/bin/bash", "LANG=C.UTF-8",
        ],
        Directory = "/",
        User = 0,
        Group = 0,
        Groups = [0],
    };
}

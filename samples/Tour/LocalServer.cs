using System.Diagnostics;

namespace E2B.Tour;

/// <summary>A local server for the time of the tour. It ends with its stdin, and so with this program.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _data;

    private LocalServer(Process process, string data, E2BConnectionOptions connection)
    {
        _process = process;
        _data = data;
        Connection = connection;
    }

    public E2BConnectionOptions Connection { get; }

    public static async Task<LocalServer> StartAsync(string folder)
    {
        string data = Directory.CreateTempSubdirectory("e2b-tour-").FullName;
        string program = Path.Combine(folder, "E2B.LocalServer.dll");
        var start = new ProcessStartInfo("dotnet", [program, "serve", "--port", "0", "--data", data, "--exit-with-stdin"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last of the three lines that say where it is.
            if (line.StartsWith("E2B_API_KEY=", StringComparison.Ordinal))
            {
                return new LocalServer(process, data, LocalServerInfo.Find(data)!.ToConnectionOptions());
            }
        }

        throw new InvalidOperationException("The local server did not start; it said why above.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}

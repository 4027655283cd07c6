using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace E2B.PowerShell.LocalServer;

/// <summary>
/// A local server that this session started, and that ends with it: the server watches the pipe that is its
/// stdin, which the system closes however this process ends.
/// </summary>
internal sealed class LocalServerProcess : IDisposable
{
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(20);

    /// <summary>How long a start that is given up may take to clean up after itself.</summary>
    private static readonly TimeSpan _giveUpLimit = TimeSpan.FromSeconds(3);

    /// <summary>How the server begins the line that says why it does not start.</summary>
    private const string ErrorMark = "error: ";

    private readonly Process _process;
    private bool _disposed;

    private LocalServerProcess(Process process, LocalServerInfo info)
    {
        _process = process;
        Info = info;
    }

    public LocalServerInfo Info { get; }

    public bool HasExited => _disposed || _process.HasExited;

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    /// <exception cref="E2BException">It did not start; the message holds its own words.</exception>
    public static async Task<LocalServerProcess> StartAsync(IReadOnlyList<string> program, int port, string? dataDirectory, CancellationToken cancellationToken)
    {
        string data = Path.GetFullPath(dataDirectory ?? LocalServerInfo.DefaultDataDirectory);
        var start = new ProcessStartInfo(program[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in (ReadOnlySpan<string>)
            [.. program.Skip(1), "serve", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--data", data, "--exit-with-stdin"])
        {
            start.ArgumentList.Add(argument);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new E2BException($"'{program[0]}' cannot be started. The local server needs the .NET 10 runtime with ASP.NET Core on PATH.", e);
        }

        try
        {
            await WaitUntilReadyAsync(process, cancellationToken).ConfigureAwait(false);
            LocalServerInfo info = LocalServerInfo.Find(data)
                ?? throw new E2BException($"The local server started, but left no readable description in '{data}'.");
            return new LocalServerProcess(process, info);
        }
        catch
        {
            End(process, _giveUpLimit);
            throw;
        }
    }

    /// <summary>Ends the server and its sandboxes.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            End(_process, _stopLimit);
        }
    }

    private static void End(Process process, TimeSpan limit)
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(limit))
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
    }

    private static async Task WaitUntilReadyAsync(Process process, CancellationToken cancellationToken)
    {
        // The three lines that say where it is come when it is ready, the key last; then nobody reads any more.
        var words = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (words)
            {
                if (words.Length < 4096)
                {
                    words.AppendLine(line.Data);
                }
            }
        };
        process.BeginErrorReadLine();
        string? output;
        while ((output = await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false)) is not null)
        {
            if (output.StartsWith("E2B_API_KEY=", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return;
            }
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        lock (words)
        {
            // Its last word is the reason; warnings may come before it.
            string all = words.ToString().Trim();
            string reason = all.Split('\n').LastOrDefault(static line => line.StartsWith(ErrorMark, StringComparison.Ordinal)) is { } error ? error[ErrorMark.Length..].Trim() : all;
            throw new E2BException($"The local server did not start (exit code {process.ExitCode}): {reason}");
        }
    }
}

using System.Runtime.InteropServices;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Images;
using E2B.LocalServer.Runtime;
using E2B.Protocol;

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>serve</c>: from the first check to the last sandbox's end.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(4.5);

    /// <summary>Serves until it is told to stop by SIGTERM, SIGINT or <paramref name="stop"/>.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        ServeOptions options, Func<ServeOptions, ISandboxHost> createHost, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, ending);
        using PosixSignalRegistration hangUp = OnSignal(PosixSignal.SIGHUP, ending);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, ending);
        if (options.ExitWithStdin)
        {
            StdinWatch.OnEnd(() => End(ending));
        }

        try
        {
            using DataDirectory data = DataDirectory.Open(options.DataPath);
            using var log = new ServerLog(errors, data.Path, options.LogLevel);
            string key = data.ApiKey();
            if (options.Isolation == Isolation.None)
            {
                log.Warn("--isolation none: commands in sandboxes run on this machine with your rights");
            }

            SavedData saved = SavedData.Open(data.Path, log.Warn);
            IImageSource images = OpenImages(data.Path, log);
            ISandboxHost host = createHost(options with { Log = log });
            LocalApi? api = null;
            int exitCode;
            try
            {
                await host.StartAsync(ending.Token);
                api = await LocalApi.StartAsync(options.Port, key, host, saved, TimeProvider.System, log.Warn, events: log, images: images);
                string url = $"http://127.0.0.1:{api.Port}";
                log.Info($"The server is ready, version {ServerFacts.Version}, at {url}");
                data.Announce(new LocalServerState(Environment.ProcessId, new Uri(url), new Uri(url)));
                output.Write($"E2B_API_URL={url}\nE2B_SANDBOX_URL={url}\nE2B_API_KEY={key}\n");
                await output.FlushAsync(CancellationToken.None);
                await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                exitCode = await EndAsync(api, host, log);
                log.Info("The server has ended");
            }

            return exitCode;
        }
        catch (ServerStartException e)
        {
            errors.WriteLine($"error: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return 0; // told to stop before it was ready
        }
    }

    private static SkopeoImageSource OpenImages(string data, ServerLog log)
    {
        if (HostPrograms.Missing(HostPrograms.NeededByImages) is { } missing)
        {
            log.Info($"Templates cannot be built from images of registries. {missing}");
        }

        return SkopeoImageSource.Open(Path.Combine(data, "images"));
    }

    // Whoever sends SIGTERM kills soon after: what is not gone by then is cleaned up at the next start.
    private static async Task<int> EndAsync(LocalApi? api, ISandboxHost host, ServerLog log)
    {
        try
        {
            await EndAllAsync(api, host).WaitAsync(_endLimit);
            return 0;
        }
        catch (TimeoutException)
        {
            log.Warn($"not everything ended within {_endLimit.TotalSeconds:0.0} s; the next start cleans up");
            return 1;
        }
    }

    private static async Task EndAllAsync(LocalApi? api, ISandboxHost host)
    {
        if (api is not null)
        {
            await api.DisposeAsync();
        }

        await host.DisposeAsync();
    }

    private static void End(CancellationTokenSource ending)
    {
        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It had ended by then.
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource ending) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // The first one ends cleanly; a second one, from somebody impatient, as the system would.
            context.Cancel = !ending.IsCancellationRequested;
            _ = ending.CancelAsync();
        });
}

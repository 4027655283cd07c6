using System.Net;
using System.Runtime.InteropServices;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace E2B.LocalServer.Agent;

/// <summary>The program inside a sandbox: started as its first process and as root, it serves the daemon's protocol.</summary>
internal static class AgentProgram
{
    private const uint FileModeMask = 0b000_010_010;

    /// <summary>A path may have 4096 bytes, and each may stand in a URL as three.</summary>
    private const int MaxRequestLine = 16 * 1024;

    /// <summary>Idle connections live so long: longer than anything in front of the agent keeps them.</summary>
    private static readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(640);

    /// <summary>Runs until a signal ends it.</summary>
    /// <param name="args">What follows <c>agent</c> on the command line.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        if (AgentOptions.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync("usage: " + AgentOptions.Usage);
            return 2;
        }

        // Otherwise compressed content that ends too early counts as complete.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);
        _ = Libc.SetFileModeMask(FileModeMask);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, stopped));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, stopped));

        using var server = new KestrelServer(
            Options.Create(Configure(options)),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions { Backlog = 512, WaitForDataBeforeAllocatingBuffer = false }), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);

        // Only where the server itself reads what is written: elsewhere stdout is somebody's terminal, or the server's own.
        AgentLog log = options.ListenDescriptor is null ? AgentLog.None : AgentLog.OnStdout();
        var application = new AgentApplication(new SandboxDefaults(options.DefaultUser, isSandbox: options.Port is null), log);
        application.StartReaping();
        if (options.Interpreter)
        {
            application.StartInterpreter();
        }

        await server.StartAsync(application, CancellationToken.None);
        await stopped.Task;

        // Whoever ends the sandbox does not wait for streams that have no end of their own.
        Environment.Exit(0);
        return 0;
    }

    private static KestrelServerOptions Configure(AgentOptions options)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices.Instance };
        kestrel.Limits.KeepAliveTimeout = _keepAlive;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxResponseBufferSize = 256 * 1024;
        if (options.ListenDescriptor is { } descriptor)
        {
            // Nothing that is started later may get the socket.
            Descriptors.SetCloseOnExec(descriptor);
            StdinWatch.OnEnd(static () => Environment.Exit(0));
            kestrel.ListenHandle((ulong)descriptor, Http1);
        }
        else if (options.SocketPath is { } path)
        {
            File.Delete(path);
            kestrel.ListenUnixSocket(path, Http1);
        }
        else
        {
            kestrel.Listen(IPAddress.Loopback, options.Port!.Value, Http1);
        }

        return kestrel;
    }

    private static void Http1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    private static void Stop(PosixSignalContext signal, TaskCompletionSource stopped)
    {
        signal.Cancel = true;
        stopped.TrySetResult();
    }

    /// <summary>Kestrel asks for services that only TLS and configuration need.</summary>
    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}

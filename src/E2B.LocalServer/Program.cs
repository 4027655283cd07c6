using System.Runtime.Versioning;
using E2B.LocalServer.Agent;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Native;
using E2B.LocalServer.Runtime;

[assembly: SupportedOSPlatform("linux")]

namespace E2B.LocalServer;

/// <summary>The program: a server, or the agent in one of its sandboxes.</summary>
internal static class Program
{
    private const string Help = """
        The E2B API on this machine.

        usage: E2B.LocalServer serve [--port N] [--data DIR] [--isolation runc|none] [--pool N] [--allow-host-port N]... [--dns ADDRESS]... [--log-level LEVEL] [--exit-with-stdin]
               E2B.LocalServer --help | --version

          --port N          the port on 127.0.0.1 (3000); 0 picks a free one
          --data DIR        where the API key and what outlives the server are kept
          --isolation       runc: a container each (the default); none: no isolation at all
          --pool N          how many started sandboxes wait for the next create (2)
          --allow-host-port N  a port of this machine's loopback that sandboxes reach at host.e2b.internal; none otherwise
          --dns ADDRESS     a name server for sandboxes to ask, in place of this machine's
          --log-level LEVEL what is logged at least: debug, info, warning, error, none; without it, warnings
                            to stderr and info to server.log in the data directory
          --exit-with-stdin end when stdin ends: with the program that started the server

        When it is ready it prints E2B_API_URL, E2B_SANDBOX_URL and E2B_API_KEY, one a line.
        """;

    private static Task<int> Main(string[] args)
    {
        // Before anything else runs: this starts the program again in place. Without the right to do so, the
        // checks at the start say what is missing.
        if (args is ["serve", ..] && args.Contains("--exit-with-stdin"))
        {
            // A server that ends with its starter leaves the starter's session: a ^C at its terminal is not meant for us.
            _ = Libc.NewSession();
        }

        if (args is ["serve", ..] && StartupChecks.MayMount)
        {
            MountNamespace.EnterAndReexec();
        }

        return RunAsync(args, CreateHost, Console.Out, Console.Error, CancellationToken.None);
    }

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: 2 for a command line that cannot be understood.</returns>
    internal static async Task<int> RunAsync(
        string[] args, Func<ServeOptions, ISandboxHost> createHost, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        try
        {
            switch (args is [var first, ..] ? first : null)
            {
                case "serve" when args is [_, "--help" or "-h"]:
                case "--help" or "-h" or "help":
                    output.WriteLine(Help);
                    return 0;
                case "--version":
                    output.WriteLine(ServerFacts.Version);
                    return 0;
                case "serve":
                    return await ServeCommand.RunAsync(ServeOptions.Parse(args.AsSpan(1)), createHost, output, errors, stop);
                case "agent":
                    return await AgentProgram.RunAsync(args[1..]);
                case null:
                    throw new UsageException("what to do? Say serve, or --help");
                default:
                    throw new UsageException($"unknown command '{args[0]}'");
            }
        }
        catch (UsageException e)
        {
            errors.WriteLine($"error: {e.Message} (--help says what there is)");
            return 2;
        }
    }

    private static ISandboxHost CreateHost(ServeOptions options)
    {
        if (options.Isolation == Isolation.None)
        {
            return new ProcessSandboxHost();
        }

        return new RuncSandboxHost(options.DataPath, options.PoolSize, options.Network, options.Log);
    }
}

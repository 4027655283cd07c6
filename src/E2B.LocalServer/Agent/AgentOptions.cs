using System.Globalization;

namespace E2B.LocalServer.Agent;

/// <summary>How the agent is started.</summary>
internal sealed record AgentOptions
{
    public const string Usage = "agent --listen-fd NUMBER | --socket PATH | --port NUMBER [--default-user NAME] [--interpreter]";

    /// <summary>The option for <see cref="Interpreter"/>.</summary>
    public const string InterpreterFlag = "--interpreter";

    /// <summary>A listening socket that was opened by whoever starts the agent.</summary>
    public int? ListenDescriptor { get; private init; }

    /// <summary>A Unix socket to make.</summary>
    public string? SocketPath { get; private init; }

    /// <summary>A port on the loopback: for trying things out, with no control plane.</summary>
    public int? Port { get; private init; }

    /// <summary>The user of requests that name none, until the control plane says otherwise.</summary>
    public string DefaultUser { get; private init; } = Protocol.E2BDefaults.User;

    /// <summary>Whether the code interpreter's service runs beside it.</summary>
    public bool Interpreter { get; private init; }

    /// <returns><see langword="null"/> when the arguments make no sense.</returns>
    public static AgentOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new AgentOptions { Interpreter = arguments.Contains(InterpreterFlag) };
        arguments = [.. arguments.Where(argument => argument != InterpreterFlag)];
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string? value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            int? number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : null;
            switch (arguments[i])
            {
                case "--listen-fd" when number is not null:
                    options = options with { ListenDescriptor = number };
                    break;
                case "--port" when number is >= 0 and <= 65535:
                    options = options with { Port = number };
                    break;
                case "--socket" when value is { Length: > 0 }:
                    options = options with { SocketPath = value };
                    break;
                case "--default-user" when value is { Length: > 0 }:
                    options = options with { DefaultUser = value };
                    break;
                default:
                    return null;
            }
        }

        int ways = (options.ListenDescriptor is null ? 0 : 1) + (options.SocketPath is null ? 0 : 1) + (options.Port is null ? 0 : 1);
        return ways == 1 ? options : null;
    }
}

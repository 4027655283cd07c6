using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>Makes what to start out of what was asked for.</summary>
internal static class SpawnPlans
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <exception cref="RpcException">It cannot be started like this.</exception>
    public static SpawnPlan Make(
        ProcessConfig config, UserEntry user, string directory, IReadOnlyDictionary<string, string> environment)
    {
        if (FileStatus.Get(directory, follow: true, out _) == Errno.NoEntry)
        {
            throw new RpcException(ConnectCode.InvalidArgument, $"cwd '{directory}' does not exist");
        }

        // The later ones win.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? path : UsualPath,
            ["HOME"] = user.Home,
            ["USER"] = user.Name,
            ["LOGNAME"] = user.Name,
        };
        foreach ((string name, string value) in environment.Concat(config.Envs))
        {
            variables[name] = value;
        }

        var plan = new SpawnPlan
        {
            Command = config.Cmd,
            Arguments = config.Args,
            Environment = [.. variables.Select(v => v.Key + "=" + v.Value)],
            Directory = directory,
            User = user.Id,
            Group = user.Group,
            Groups = UserDatabase.GroupsOf(user),
        };

        // A C string would silently end there.
        return plan.Command.Contains('\0') || plan.Arguments.Concat(plan.Environment).Any(s => s.Contains('\0'))
            ? throw new RpcException(ConnectCode.InvalidArgument, "a command, its arguments and its variables cannot hold a zero character")
            : plan;
    }
}

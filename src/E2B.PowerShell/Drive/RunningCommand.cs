using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Reflection;

namespace E2B.PowerShell.Drive;

/// <summary>
/// Tells one command from the next. The engine does not say for which command it calls a provider, except in members
/// that are not public; where a version of it has other ones, nothing is kept between its calls, and nothing breaks.
/// </summary>
internal static class RunningCommand
{
    private const BindingFlags Inside = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly PropertyInfo?[] _way = Find("Context", "ExecutionContext", "CurrentCommandProcessor", "Command");

    /// <summary>The command, the same object from its beginning to its end; <see langword="null"/> when that is not known.</summary>
    public static Cmdlet? Of(CmdletProvider provider)
    {
        object? value = provider;
        foreach (PropertyInfo? step in _way)
        {
            if (value is null)
            {
                return null;
            }

            value = step?.GetValue(value);
        }

        return value as Cmdlet;
    }

    /// <summary>Whether the command does nothing but ask whether a path is there.</summary>
    public static bool OnlyLooks(CmdletProvider provider) => Of(provider)?.GetType().Name is "TestPathCommand" or "ResolvePathCommand" or "ConvertPathCommand";

    /// <summary>Whether the command goes to another location.</summary>
    public static bool Moves(CmdletProvider provider) => Of(provider)?.GetType().Name is "SetLocationCommand" or "PushLocationCommand";

    private static PropertyInfo?[] Find(params string[] names)
    {
        var way = new PropertyInfo?[names.Length];
        Type? type = typeof(CmdletProvider);
        for (int i = 0; i < names.Length; i++)
        {
            way[i] = type?.GetProperty(names[i], Inside);
            type = way[i]?.PropertyType;
        }

        return way;
    }
}

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

    private static readonly PropertyInfo?[] _way = Find();

    /// <summary>An object that is the same for one command from its beginning to its end; <see langword="null"/> when that is not known.</summary>
    public static object? Of(CmdletProvider provider)
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

        return value;
    }

    /// <summary>Whether the command does nothing but ask whether a path is there.</summary>
    public static bool OnlyLooks(CmdletProvider provider)
    {
        object? running = Of(provider);
        object? command = running?.GetType().GetProperty("Command", Inside)?.GetValue(running);
        return command?.GetType().Name is "TestPathCommand" or "ResolvePathCommand" or "ConvertPathCommand";
    }

    private static PropertyInfo?[] Find()
    {
        PropertyInfo? context = typeof(CmdletProvider).GetProperty("Context", Inside);
        PropertyInfo? execution = context?.PropertyType.GetProperty("ExecutionContext", Inside);
        return [context, execution, execution?.PropertyType.GetProperty("CurrentCommandProcessor", Inside)];
    }
}

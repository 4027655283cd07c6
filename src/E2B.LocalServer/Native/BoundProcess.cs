using System.Collections.Concurrent;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Native;

/// <summary>
/// Starts programs that the system kills when this process ends, however it ends. The system takes the end of the thread
/// that started one for that, and threads of the pool come and go: so they are started by a thread that stays.
/// </summary>
internal static class BoundProcess
{
    private static readonly Lazy<BlockingCollection<Action>> _starts = new(Begin);

    /// <summary>Starts a program as <see cref="ChildProcess.Start"/> does. It must not be one with other people's rights: the system forgets it for these.</summary>
    /// <exception cref="StartupCheckException">The program setpriv is not installed.</exception>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, params ReadOnlySpan<int> descriptors)
    {
        string launcher = HostPrograms.Find("setpriv");
        int[] handedOver = descriptors.ToArray();
        var started = new TaskCompletionSource<int>();
        _starts.Value.Add(() =>
        {
            try
            {
                started.SetResult(ChildProcess.Start(launcher, ["--pdeathsig", "KILL", path, .. arguments], environment, handedOver));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> Begin()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (Action start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        {
            IsBackground = true,
            Name = "starts bound processes",
        }.Start();
        return starts;
    }
}

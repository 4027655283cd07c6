namespace E2B.LocalServer.Hosting;

/// <summary>
/// Ties this program's life to its starter's: the system closes the pipe that is our stdin when the other side
/// is gone, however it went.
/// </summary>
internal static class StdinWatch
{
    /// <summary>Does something once stdin has ended. A thread of its own, since reading a pipe blocks.</summary>
    public static void OnEnd(Action action)
    {
        Stream input = Console.OpenStandardInput();
        new Thread(() =>
        {
            Span<byte> ignored = stackalloc byte[64];
            try
            {
                while (input.Read(ignored) > 0)
                {
                }
            }
            catch (IOException)
            {
                // As good as its end.
            }

            action();
        }, maxStackSize: 128 * 1024)
        { IsBackground = true, Name = "stdin" }.Start();
    }
}

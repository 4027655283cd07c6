using System.Globalization;
using System.Text;
using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>
/// When memory runs out, the sandbox's programs are to die before the agent. A program has the score of whoever started
/// it from its first moment on, and so the agent has theirs while it starts one. Whoever has few rights may go back to
/// what it got from somebody with more, and not below.
/// </summary>
internal sealed class OutOfMemoryScore
{
    private const string Place = "/proc/self/oom_score_adj";
    private const int Above = 100;
    private const int Highest = 1000;

    // Opened while the agent has changed its user nowhere: after that, this is no file of its own to the system.
    private readonly int _file = Libc.Open(Place, Libc.OpenWriteOnly | Libc.OpenCloseOnExec, 0);
    private readonly byte[] _own;
    private readonly byte[] _theirs;

    public OutOfMemoryScore()
    {
        int own = int.Parse(File.ReadAllText(Place), CultureInfo.InvariantCulture);
        _own = Bytes(own);
        _theirs = Bytes(Math.Min(own + Above, Highest));
    }

    /// <summary>Does something as the sandbox's programs.</summary>
    public T AsProgram<T>(Func<T> start)
    {
        Set(_theirs);
        try
        {
            return start();
        }
        finally
        {
            Set(_own);
        }
    }

    private static byte[] Bytes(int score) => Encoding.ASCII.GetBytes(score.ToString(CultureInfo.InvariantCulture));

    private void Set(byte[] score)
    {
        if (_file >= 0)
        {
            _ = Descriptors.Write(_file, score);
        }
    }
}

using System.Text;

namespace E2B.LocalServer.Runtime;

/// <summary>Looks whether environment variables can be a process's. What cannot would keep every command from starting.</summary>
internal static class VariableCheck
{
    private const int Longest = 128 * 1024; // what Linux takes of one, its name, the sign and the end included
    private const int MostOfAll = 1024 * 1024;

    /// <summary>What is wrong with them, or with all of them together.</summary>
    /// <returns><see langword="null"/> when nothing is.</returns>
    public static string? FindProblem(IEnumerable<KeyValuePair<string, string>> variables)
    {
        int all = 0;
        foreach ((string name, string value) in variables)
        {
            int length = Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
            all += length;
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
            {
                return "it cannot be an environment variable";
            }

            if (length > Longest || all > MostOfAll)
            {
                return "it is too long, or all of them are";
            }
        }

        return null;
    }
}

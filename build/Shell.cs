using System.ComponentModel;
using System.Diagnostics;

namespace E2B.Build;

/// <summary>Runs programs.</summary>
internal static class Shell
{
    /// <summary>Runs a program with this console, or with its output to a writer and nothing to read; the exit code is returned.</summary>
    public static int Run(
        Repository repository,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        TextWriter? output = null)
    {
        bool apart = output is not null;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = repository.Root,
            UseShellExecute = false,
            RedirectStandardInput = apart,
            RedirectStandardOutput = apart,
            RedirectStandardError = apart,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        try
        {
            using Process process = Process.Start(start)!;
            if (output is not null)
            {
                process.StandardInput.Close();
                TextWriter lines = TextWriter.Synchronized(output);
                Task[] copies = [Copy(process.StandardOutput, lines), Copy(process.StandardError, lines)];
                process.WaitForExit();

                // What the program left running may hold its output open for ever.
                Task.WaitAll(copies, TimeSpan.FromSeconds(10));
            }

            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            throw new BuildException($"'{program}' cannot be started: {e.Message}");
        }
    }

    private static async Task Copy(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            await to.WriteLineAsync(line);
            await to.FlushAsync();
        }
    }

    /// <summary>Runs a program that has to succeed.</summary>
    public static void Require(Repository repository, string program, params string[] arguments)
    {
        int exitCode = Run(repository, program, arguments);
        if (exitCode != 0)
        {
            throw new BuildException($"'{program} {string.Join(' ', arguments)}' ended with {exitCode}.");
        }
    }

    /// <summary>The full path of a program on PATH; <see langword="null"/> when it is not there.</summary>
    public static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }
}

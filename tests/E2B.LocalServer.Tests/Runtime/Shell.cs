using System.Diagnostics;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>Runs programs, on the host or in a sandbox, and brings back what they said.</summary>
internal static class Shell
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    public static async Task<ShellResult> RunAsync(params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new ShellResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

internal sealed record ShellResult(int ExitCode, string Output, string Errors)
{
    public string Text => Output + Errors;

    public ShellResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Text}");
        return this;
    }
}

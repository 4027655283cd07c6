using System.Diagnostics;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Hosting;

/// <summary>What the code interpreter needs of this machine, whose /usr its sandboxes have: Python with IPython's kernel.</summary>
/// <param name="python">The Python to ask.</param>
internal sealed class InterpreterPackages(string python = "/usr/bin/python3")
{
    private const string Question = "import importlib.util; print(*(name for name in ('ipykernel', 'jupyter_client', 'zmq', 'tornado') if importlib.util.find_spec(name) is None))";

    private static readonly string[] Kernel = ["ipykernel"];

    private volatile bool _found;

    /// <summary>Sees whether all is there. What was found is not looked for again; what was missing may have been installed since.</summary>
    /// <exception cref="SandboxException">Something is missing; the message says what to do.</exception>
    public async Task DemandAsync(CancellationToken cancellationToken)
    {
        if (!_found && await LookAsync(cancellationToken) is { Length: > 0 } missing)
        {
            throw new SandboxException(
                $"The template {ControlPlane.ServerFacts.InterpreterTemplate} needs IPython's kernel and what its service is made of; {python} does not find on this machine: {string.Join(", ", missing)}. "
                + $"Install it with: sudo apt-get install {string.Join(' ', missing.Select(static name => $"python3-{name.Replace('_', '-')}"))}. For charts and data frames: sudo apt-get install python3-matplotlib python3-pandas. For JavaScript: sudo apt-get install nodejs");
        }

        _found = true;
    }

    /// <summary>The modules that are missing.</summary>
    private async Task<string[]> LookAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(python))
        {
            return Kernel;
        }

        using Process process = Process.Start(new ProcessStartInfo(python, ["-I", "-c", Question]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string[] said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);

        // Without a Python that works, the kernel's package brings all of it.
        return process.ExitCode == 0 ? said[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : Kernel;
    }
}

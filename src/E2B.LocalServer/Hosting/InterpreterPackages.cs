using System.Diagnostics;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Hosting;

/// <summary>What the code interpreter needs of this machine, whose /usr its sandboxes have: Python with IPython's kernel.</summary>
/// <param name="python">The Python to ask.</param>
internal sealed class InterpreterPackages(string python = "/usr/bin/python3")
{
    private const string Question = "import importlib.util, sys; sys.exit(0 if all(map(importlib.util.find_spec, ('ipykernel', 'jupyter_client', 'zmq', 'tornado'))) else 3)";

    private volatile bool _found;

    /// <summary>Sees whether all is there. What was found is not looked for again; what was missing may have been installed since.</summary>
    /// <exception cref="SandboxException">Something is missing; the message says what to do.</exception>
    public async Task DemandAsync(CancellationToken cancellationToken)
    {
        if (!_found && !await LookAsync(cancellationToken))
        {
            throw new SandboxException(
                $"The template {ControlPlane.ServerFacts.InterpreterTemplate} needs IPython's kernel, which {python} does not find on this machine. "
                + "Install it with: sudo apt-get install python3-ipykernel. For charts and data frames: sudo apt-get install python3-matplotlib python3-pandas. For JavaScript: sudo apt-get install nodejs");
        }

        _found = true;
    }

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(python))
        {
            return false;
        }

        using Process process = Process.Start(new ProcessStartInfo(python, ["-I", "-c", Question]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0;
    }
}

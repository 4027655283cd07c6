using System.Text;
using E2B.Commands;
using E2B.Protocol.Process;

namespace E2B;

/// <summary>Terminals (PTYs) in a sandbox. They are processes too: <see cref="CommandsClient.ListAsync"/> lists them.</summary>
/// <remarks>
/// A handle's output comes as <see cref="CommandStream.Pty"/>: what a program writes for a screen, control sequences
/// and all. Errors are those of <see cref="CommandsClient"/>.
/// </remarks>
public sealed class PtyClient
{
    private const int MaxSize = ushort.MaxValue;

    private readonly Sandbox _sandbox;

    internal PtyClient(Sandbox sandbox) => _sandbox = sandbox;

    /// <summary>Starts a terminal; returns when its process id is known.</summary>
    /// <param name="options">How to start it.</param>
    /// <param name="cancellationToken">Gives up, until this has returned. The terminal may have been started by then and runs on.</param>
    /// <returns>The terminal. Dispose of it to let go; that does not end it.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    public Task<CommandHandle> CreateAsync(PtyOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PtyOptions();
        var environment = new Dictionary<string, string>
        {
            ["TERM"] = "xterm-256color",
            ["LANG"] = "C.UTF-8",
            ["LC_ALL"] = "C.UTF-8",
        };
        foreach ((string name, string value) in options.Environment ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        var common = new CommandOptions
        {
            User = options.User,
            WorkingDirectory = options.WorkingDirectory,
            Environment = environment,
            Timeout = options.Timeout,
            Tag = options.Tag,
            MaxCapturedBytes = options.MaxCapturedBytes,
            RequestTimeout = options.RequestTimeout,
        };
        ProcessCommand command = options.Command ?? new ProcessCommand("/bin/bash", (string[])["-i", "-l"]);
        return _sandbox.Processes.StartAsync(command, common, Size(options.Columns, options.Rows), cancellationToken);
    }

    /// <summary>Attaches to a terminal: its output from now on, its end, its input. What it showed before does not come again.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="options"><see cref="CommandOptions.Timeout"/> says how long to follow it (it is not killed then); capture and request timeout count, the rest does not.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    public Task<CommandHandle> ConnectAsync(int pid, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        _sandbox.Processes.ConnectAsync(ProcessClient.ByPid(pid), options, InputKind.Terminal, cancellationToken);

    /// <summary>Attaches to a terminal by the tag given at its start.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="options">As with a process id.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    public Task<CommandHandle> ConnectAsync(string tag, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        _sandbox.Processes.ConnectAsync(ProcessClient.ByTag(tag), options, InputKind.Terminal, cancellationToken);

    /// <summary>Sets a terminal's size. The programs in it are told.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="columns">The width in characters.</param>
    /// <param name="rows">The height in lines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    /// <exception cref="E2BInvalidArgumentException">The process has no terminal, or the size cannot be.</exception>
    public Task ResizeAsync(int pid, int columns, int rows, CancellationToken cancellationToken = default) =>
        _sandbox.Processes.ResizeAsync(pid, Size(columns, rows), cancellationToken);

    /// <summary>Types into a terminal.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="data">The bytes, as a keyboard would send them: Enter is 0x0d, Ctrl+C 0x03, Ctrl+D 0x04.</param>
    /// <param name="cancellationToken">Gives up. A part may have been typed.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    /// <exception cref="E2BInvalidArgumentException">The process has no terminal.</exception>
    public Task SendInputAsync(int pid, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        _sandbox.Processes.SendInputAsync(pid, InputKind.Terminal, data, cancellationToken);

    /// <summary>Types text into a terminal, as UTF-8.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="text">The text; Enter is <c>\r</c>, and none is added.</param>
    /// <param name="cancellationToken">Gives up. A part may have been typed.</param>
    public Task SendInputAsync(int pid, string text, CancellationToken cancellationToken = default) =>
        SendInputAsync(pid, Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Kills a terminal's main process with SIGKILL. <see cref="CommandsClient.StopAsync"/> takes what runs in it along.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when no such process runs.</returns>
    public Task<bool> KillAsync(int pid, CancellationToken cancellationToken = default) =>
        _sandbox.Processes.SignalAsync(pid, StopSignal.Kill, cancellationToken);

    private static PTY Size(int columns, int rows) => columns is > 0 and <= MaxSize && rows is > 0 and <= MaxSize
        ? new PTY { Size = new PTY.Types.Size { Cols = (uint)columns, Rows = (uint)rows } }
        : throw new E2BInvalidArgumentException($"A terminal has from 1 to {MaxSize} columns and rows; {columns} x {rows} cannot be.");
}

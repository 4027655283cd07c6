using System.Diagnostics;
using System.Globalization;

namespace E2B.Commands;

/// <summary>Ends a process with all its descendants, by a small script in the sandbox: see <see cref="TreeStopScript"/>.</summary>
internal sealed class TreeStop
{
    // The only user who can signal everybody's processes: a tree may hold what sudo started.
    private const string Root = "root";

    private static readonly TimeSpan _scriptLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(200);

    private readonly Sandbox _sandbox;
    private readonly ProcessClient _processes;

    public TreeStop(Sandbox sandbox, ProcessClient processes)
    {
        _sandbox = sandbox;
        _processes = processes;
    }

    /// <summary>Stops the process.</summary>
    /// <param name="pid">Its process id.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="scriptLimit">How long the script may take before the process alone is signalled; <see langword="null"/> means 10 s.</param>
    public async Task<StopResult> StopAsync(
        int pid, StopOptions options, CancellationToken cancellationToken, TimeSpan? scriptLimit = null)
    {
        if (options.Grace < TimeSpan.Zero && options.Grace != Timeout.InfiniteTimeSpan)
        {
            throw new E2BInvalidArgumentException("A stop's Grace is negative. Give a duration, or an infinite one to kill nothing.");
        }

        if (options.Tree && await TryScriptAsync(pid, options, scriptLimit ?? _scriptLimit, cancellationToken).ConfigureAwait(false) is { } report)
        {
            return await CompleteAsync(pid, options, report, cancellationToken).ConfigureAwait(false);
        }

        bool there = await _processes.SignalAsync(pid, options.Signal, cancellationToken).ConfigureAwait(false);
        return ToResult(pid, there, new Report { Sent = there ? [pid] : [] }, isTree: false);
    }

    /// <summary>Runs the script; <see langword="null"/> when it cannot be run.</summary>
    private async Task<Report?> TryScriptAsync(int pid, StopOptions options, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        foreach (string? user in new string?[] { Root, null })
        {
            try
            {
                return await RunScriptAsync(pid, options, user, limit, limited).ConfigureAwait(false);
            }
            catch (E2BException e) when (user is not null && e is (SandboxUserNotFoundException or E2BAuthenticationException or E2BInvalidArgumentException))
            {
                // No such user, or the daemon is not root itself: then the default one can do as much.
            }
            catch (Exception e) when (e is SandboxNotFoundException or E2BTimeoutException { Kind: not E2BTimeoutKind.Request }
                || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                throw;
            }
            catch (Exception e) when (e is E2BException or OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }

    private async Task<Report?> RunScriptAsync(
        int pid, StopOptions options, string? user, TimeSpan limit, CancellationTokenSource limited)
    {
        bool isTerm = options.Signal == StopSignal.Term;
        string id = pid.ToString(CultureInfo.InvariantCulture);
        var script = new ProcessCommand("/bin/sh", new[] { "-c", TreeStopScript.Text, "e2b-stop", id, isTerm ? "TERM" : "KILL" });
        var how = new CommandOptions
        {
            User = user,
            WorkingDirectory = "/",
            StandardInput = isTerm,
            RequestTimeout = limit,
            Timeout = limit + (options.Grace > TimeSpan.Zero ? options.Grace : TimeSpan.Zero),
        };
        CommandHandle handle = await _processes.StartAsync(script, how, terminal: null, limited.Token, isHelper: true).ConfigureAwait(false);
        await using (handle.ConfigureAwait(false))
        {
            var report = new Report();
            if (!isTerm)
            {
                await foreach (string line in LinesAsync(handle, limited.Token).ConfigureAwait(false))
                {
                    report.Take(line);
                }
            }
            else
            {
                await TermAsync(handle, report, options.Grace, limit, limited).ConfigureAwait(false);
            }

            return report.IsComplete ? report : null;
        }
    }

    /// <summary>Talks to the script while it waits for the processes to end.</summary>
    private static async Task TermAsync(CommandHandle handle, Report report, TimeSpan grace, TimeSpan limit, CancellationTokenSource limited)
    {
        long? sentAt = null;
        TimeSpan pause = TimeSpan.FromMilliseconds(10);
        await foreach (string line in LinesAsync(handle, limited.Token).ConfigureAwait(false))
        {
            report.Take(line);
            if (!report.IsComplete || report.Left == 0 || report.IsKilling)
            {
                continue;
            }

            if (grace == Timeout.InfiniteTimeSpan)
            {
                await handle.KillAsync(limited.Token).ConfigureAwait(false);
                return;
            }

            if (sentAt is null)
            {
                sentAt = Stopwatch.GetTimestamp();
                limited.CancelAfter(grace + limit);
            }

            TimeSpan left = grace - Stopwatch.GetElapsedTime(sentAt.Value);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left < pause ? left : pause, limited.Token).ConfigureAwait(false);
                pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
                await handle.SendInputAsync(TreeStopScript.Look, limited.Token).ConfigureAwait(false);
            }
            else
            {
                report.IsKilling = true;
                await handle.SendInputAsync(TreeStopScript.Kill, limited.Token).ConfigureAwait(false);
            }
        }
    }

    private static async IAsyncEnumerable<string> LinesAsync(
        CommandHandle handle, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var decoder = new Utf8LineDecoder();
        var lines = new List<string>();
        await foreach (CommandOutput output in handle.ReadOutputAsync(cancellationToken).ConfigureAwait(false))
        {
            if (output.Stream != CommandStream.StdOut)
            {
                continue;
            }

            decoder.Decode(output.Data.Span, lines);
            foreach (string line in lines)
            {
                yield return line;
            }

            lines.Clear();
        }
    }

    /// <summary>
    /// The daemon waits for the end of a process's output, which others may hold open, unless it sent the signal itself:
    /// so it is asked to send one too, to a process that is dead by now.
    /// </summary>
    private async Task<StopResult> CompleteAsync(int pid, StopOptions options, Report report, CancellationToken cancellationToken)
    {
        bool there = !report.IsGone;
        if (report.IsGone || options.Signal == StopSignal.Kill || report.Killed.Count > 0)
        {
            there |= await TrySignalAsync(pid, cancellationToken).ConfigureAwait(false);
        }
        else if (report.Left == 0 && (await _processes.ListAsync(cancellationToken).ConfigureAwait(false)).Any(p => p.Pid == pid))
        {
            // It ended by itself: its last words may still be on their way.
            await Task.Delay(_longestPause, cancellationToken).ConfigureAwait(false);
            await TrySignalAsync(pid, cancellationToken).ConfigureAwait(false);
        }

        return ToResult(pid, there, report, isTree: true);
    }

    private async Task<bool> TrySignalAsync(int pid, CancellationToken cancellationToken)
    {
        try
        {
            return await _processes.SignalAsync(pid, StopSignal.Kill, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException e) when (e is not E2BTimeoutException and not E2BUnreachableException)
        {
            // "Process already finished", in one word or another.
            return false;
        }
    }

    private StopResult ToResult(int pid, bool wasRunning, Report report, bool isTree) => new()
    {
        SandboxId = _sandbox.SandboxId,
        Pid = pid,
        WasRunning = wasRunning,
        Signalled = report.Sent,
        Killed = report.Killed,
        Refused = report.Refused,
        IsTree = isTree,
    };

    /// <summary>What the script said.</summary>
    private sealed class Report
    {
        public List<int> Sent { get; init; } = [];

        public List<int> Killed { get; } = [];

        public List<int> Refused { get; } = [];

        public bool IsGone { get; private set; }

        /// <summary>How many are left; <see langword="null"/> before it was asked.</summary>
        public int? Left { get; private set; }

        public bool IsKilling { get; set; }

        /// <summary>Whether it got as far as signalling.</summary>
        public bool IsComplete { get; private set; }

        public void Take(string line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            IEnumerable<int> numbers = words.Skip(1).Select(w => int.TryParse(w, CultureInfo.InvariantCulture, out int number) ? number : 0);
            switch (words.FirstOrDefault())
            {
                case "gone":
                    IsGone = IsComplete = true;
                    break;
                case "sent":
                    Sent.AddRange(numbers);
                    break;
                case "refused":
                    Refused.AddRange(numbers.Except(Refused));
                    IsComplete = true;
                    break;
                case "left":
                    Left = numbers.FirstOrDefault();
                    break;
                case "killed":
                    Killed.AddRange(numbers);
                    break;
            }
        }
    }
}

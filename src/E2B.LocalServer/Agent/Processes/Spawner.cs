using System.Collections.Concurrent;
using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>The one thread that starts programs: it alone ever changes its user, so no other work can run as the wrong one.</summary>
internal sealed class Spawner
{
    private const string Shell = "/bin/sh";
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly OutOfMemoryScore _score = new();
    private readonly uint _ownUser = Libc.EffectiveUser();

    public Spawner() => new Thread(Run, 512 * 1024) { IsBackground = true, Name = "spawner" }.Start();

    /// <summary>Starts the program.</summary>
    /// <param name="plan">What to start.</param>
    /// <param name="start">Wraps the start itself, so that the pid is registered before anybody can reap it.</param>
    /// <exception cref="UnixException">It could not be started.</exception>
    public Task StartAsync(SpawnPlan plan, Action<Func<int>> start)
    {
        var job = new Job(plan, start);
        _jobs.Add(job);
        return job.Completion.Task;
    }

    private void Run()
    {
        foreach (Job job in _jobs.GetConsumingEnumerable())
        {
            try
            {
                job.Start(() => _score.AsProgram(() => StartAsUser(job.Plan)));
                job.Completion.SetResult();
            }
            catch (Exception e)
            {
                job.Completion.SetException(e);
            }
        }
    }

    private int StartAsUser(SpawnPlan plan)
    {
        // Not root: then only itself can be asked for, and the system says so to everything else.
        if (_ownUser != 0 && plan.User == _ownUser)
        {
            return Start(plan);
        }

        try
        {
            Credentials.Enter(plan.User, plan.Group, plan.Groups);
            return Start(plan);
        }
        finally
        {
            if (_ownUser == 0)
            {
                Credentials.Leave();
            }
        }
    }

    /// <summary>
    /// What cannot be started directly is left to a shell: it looks along the PATH of the process to be, runs
    /// scripts without a first line, and says on stderr what is wrong with the rest, with exit code 126 or 127.
    /// </summary>
    private static int Start(SpawnPlan plan)
    {
        int pid;
        if (plan.Command.StartsWith('/'))
        {
            int direct = PosixSpawn.Start(plan, plan.Command, [plan.Command, .. plan.Arguments], out pid);
            if (direct == 0)
            {
                return pid;
            }

            if (direct is not (Errno.NoEntry or Errno.NotDirectory or Errno.AccessDenied or Errno.NotExecutable))
            {
                throw new UnixException("fork/exec", plan.Command, direct);
            }
        }

        int error = PosixSpawn.Start(plan, Shell, [Shell, "-c", "exec \"$@\"", "--", plan.Command, .. plan.Arguments], out pid);
        return error == 0 ? pid : throw new UnixException("fork/exec", Shell, error);
    }

    private sealed record Job(SpawnPlan Plan, Action<Func<int>> Start)
    {
        public TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Attempts to use up what is there for all.</summary>
[Collection(Attempts.Name)]
public sealed class ResourceAttempts(IsolationWorld world)
{
    [Fact]
    public Task A_fork_bomb_ends_at_the_limit() => world.RefusedAsync(new Attempt("fork bomb", Attempt.Python("""
        children = []
        try:
            while len(children) < 300:
                child = os.fork()
                if child == 0:
                    signal.pause()
                children.append(child)
        except OSError as error:
            print(error)
        for child in children:
            os.kill(child, signal.SIGKILL)
        got_in(len(children) == 300, len(children))
        """))
    {
        Always = (change, _) => change.LimitProcesses(128),
        Without = (change, _) => change.LimitProcesses(null),
    });

    [Fact]
    public Task So_do_threads() => world.RefusedAsync(new Attempt("threads", Attempt.Python("""
        import threading
        end = threading.Event()
        threading.stack_size(65536)
        threads = []
        try:
            while len(threads) < 300:
                thread = threading.Thread(target=end.wait, daemon=True)
                thread.start()
                threads.append(thread)
        except RuntimeError as error:
            print(error)
        got_in(len(threads) == 300, len(threads))
        """))
    {
        Always = (change, _) => change.LimitProcesses(128),
        Without = (change, _) => change.LimitProcesses(null),
    });

    [Theory]
    [InlineData("memory", "python3 -c \"data = bytearray(300 << 20); print(len(data))\"")]
    [InlineData("files in shared memory", "head -c 200M /dev/zero > /dev/shm/full && python3 -c \"data = bytearray(100 << 20)\"")]
    [InlineData("shared memory", "python3 -c \"import ctypes; libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p; at = libc.shmat(libc.shmget(1, 300 << 20, 0o1600), None, 0); ctypes.memset(at, 1, 300 << 20)\"")]
    [InlineData("anonymous files", "python3 -c \"import os; f = os.memfd_create('x'); [os.write(f, bytes(1 << 20)) for _ in range(300)]\"")]
    public Task Memory_ends_at_the_limit(string name, string command) => world.RefusedAsync(new Attempt(name, Attempt.Shell(command))
    {
        Always = (change, _) => change.MemoryMiB = 160,
        Without = (change, _) => change.MemoryMiB = 1024,
    });

    [Fact]
    public Task So_does_the_disk() => world.RefusedAsync(new Attempt("disk", Attempt.Shell("head -c 60M /dev/urandom > /home/user/full && head -c 60M /dev/urandom > /usr/full && sync"))
    {
        Without = (change, _) => change.DiskMiB = 400,
    });

    [Fact]
    public Task And_the_number_of_files_on_it() => world.RefusedAsync(new Attempt("inodes", Attempt.Python("""
        os.mkdir('/home/user/many')
        made = 0
        try:
            while made < 30000:
                os.close(os.open(f'/home/user/many/{made}', os.O_CREAT | os.O_WRONLY))
                made += 1
        except OSError as error:
            print(error)
        got_in(made == 30000, made)
        """))
    {
        Without = (change, _) => change.DiskMiB = 1024,
    });

    [Fact]
    public Task And_the_number_of_open_files() => world.RefusedAsync(new Attempt("descriptors", Attempt.Python("""
        import resource
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (6000, 6000))
        except (OSError, ValueError) as error:
            print(error)
        files = []
        try:
            while len(files) < 5000:
                files.append(os.open('/dev/null', os.O_RDONLY))
        except OSError as error:
            print(error)
        got_in(len(files) == 5000, len(files))
        """))
    {
        Always = (change, _) => change.OpenFiles = 1000,
        Without = (change, _) => change.OpenFiles = 8000,
    });

    /// <summary>What a user may have of these is counted for the owner of its namespace as well, up to the host.</summary>
    [Fact]
    public async Task Watches_of_one_are_not_those_of_all()
    {
        const string Take = """
            python3 -c "
            import ctypes, signal
            libc = ctypes.CDLL(None)
            taken = 0
            while taken < 100 and libc.inotify_init1(0) >= 0:
                taken += 1
            open('/tmp/taken', 'w').write(str(taken))
            signal.pause()" > /dev/null 2>&1 &
            until [ -s /tmp/taken ]; do :; done; cat /tmp/taken
            """;
        foreach (bool isOpen in (bool[])[true, false])
        {
            (E2B.Sandbox sandbox, _) = await world.StartAsync(change =>
            {
                if (isOpen)
                {
                    change.OwnedByRoot();
                }
            });
            int before = WatchersLeft();
            Assert.Equal("100", await IsolationWorld.RunAsync(sandbox, Take));
            int after = WatchersLeft();
            await sandbox.KillAsync(IsolationWorld.Token);

            // Others on the machine may take and return a few meanwhile.
            Assert.True(isOpen ? after <= before - 60 : after >= before - 40, $"{(isOpen ? "without" : "with")} an owner of its own: {before} before, {after} after");
            await world.AssertUnharmedAsync();
        }
    }

    /// <summary>How many more the host's root may have.</summary>
    private static int WatchersLeft()
    {
        var taken = new List<int>();
        while (Ipc.NewWatcher(0x80000) is >= 0 and int one)
        {
            taken.Add(one);
        }

        foreach (int one in taken)
        {
            _ = Ipc.Close(one);
        }

        return taken.Count;
    }
}

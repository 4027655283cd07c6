using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Native;
using Microsoft.Win32.SafeHandles;
using Xunit;
using Errno = E2B.LocalServer.Agent.Native.Errno;
using Libc = E2B.LocalServer.Agent.Native.Libc;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>Work in a folder that others fill.</summary>
public sealed class ConfinedFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("e2b-confined-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Renames_elsewhere_do_not_disturb()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "there", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_folder, "a", "link"), "../a/../a/../file");
        using var folder = new ConfinedFolder(_folder, "the folder");
        using var stop = new CancellationTokenSource();
        Task renaming = Task.Factory.StartNew(RenameUntil, stop.Token, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            // The control: the kernel does say "again" here, when it is asked but once.
            while (IsFound(folder.Root))
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }

            Assert.Equal(Errno.Again, Errno.Last);
            for (int i = 0; i < 5000; i++)
            {
                folder.Open("a/link\0"u8, Libc.OpenReadOnly, "a/link").Dispose();
            }
        }
        finally
        {
            await stop.CancelAsync();
            await renaming;
        }
    }

    [Fact]
    public void Nothing_leads_out()
    {
        using var folder = new ConfinedFolder(_folder, "the folder");
        File.CreateSymbolicLink(Path.Combine(_folder, "absolute"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(_folder, "relative"), "../../../../../../etc/passwd");

        foreach (string path in new[] { "absolute\0", "relative\0", "../../../../etc/passwd\0" })
        {
            UnixException refused = Assert.Throws<UnixException>(() => folder.Open(System.Text.Encoding.UTF8.GetBytes(path), Libc.OpenReadOnly, path).Dispose());
            Assert.Equal(Errno.NoEntry, refused.Number);
        }
    }

    private static bool IsFound(int root)
    {
        int descriptor = NewSystemCalls.OpenIn(root, "a/link\0"u8, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            return false;
        }

        new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        return true;
    }

    private void RenameUntil(object? stop)
    {
        string one = Directory.CreateDirectory(Path.Combine(_folder, "one")).FullName;
        string other = Path.Combine(_folder, "other");
        while (!((CancellationToken)stop!).IsCancellationRequested)
        {
            Directory.Move(one, other);
            Directory.Move(other, one);
        }
    }
}

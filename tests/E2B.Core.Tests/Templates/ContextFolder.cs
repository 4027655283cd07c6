using System.Diagnostics;

namespace E2B.Core.Tests.Templates;

/// <summary>A context directory made for a test, and removed with it.</summary>
internal sealed class ContextFolder(string? parent = null) : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(
        System.IO.Path.Join(parent ?? System.IO.Path.GetTempPath(), $"e2b-test-{System.IO.Path.GetRandomFileName()}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string At(string path) => System.IO.Path.Join(Path, path);

    public ContextFolder File(string path, string content = "x", int mode = 0b110_100_100)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(path))!);
        System.IO.File.WriteAllText(At(path), content);
        return Mode(path, mode);
    }

    public ContextFolder Files(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            File(path, $"content of {path}");
        }

        return this;
    }

    public ContextFolder Folder(string path, int mode = 0b111_101_101)
    {
        Directory.CreateDirectory(At(path));
        return Mode(path, mode);
    }

    public ContextFolder Mode(string path, int mode)
    {
        Assert.False(OperatingSystem.IsWindows(), "These tests need modes.");
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(At(path), (UnixFileMode)mode);
        }

        return this;
    }

    public ContextFolder Link(string path, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(path))!);
        System.IO.File.CreateSymbolicLink(At(path), target);
        return this;
    }

    public ContextFolder Pipe(string path)
    {
        using Process process = Process.Start("mkfifo", [At(path)]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return this;
    }
}

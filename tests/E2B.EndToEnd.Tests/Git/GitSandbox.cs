using System.Diagnostics;

namespace E2B.EndToEnd.Tests.Git;

/// <summary>A sandbox for one test, and what git itself says in it.</summary>
internal sealed class GitSandbox : IAsyncDisposable
{
    private GitSandbox(Sandbox sandbox) => Sandbox = sandbox;

    public Sandbox Sandbox { get; }

    public GitClient Git => Sandbox.Git;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<GitSandbox> CreateAsync(LocalServer server)
    {
        var made = new GitSandbox(await server.Client.Sandboxes.CreateAsync(cancellationToken: Token));
        await made.Git.ConfigureUserAsync("Ann Example", "ann@example.com", cancellationToken: Token);
        await made.Git.SetConfigAsync("init.defaultBranch", "main", cancellationToken: Token);
        return made;
    }

    /// <summary>Makes an empty repository on the server.</summary>
    public static void MakeRemote(LocalServer server, string name) => Run("git", "init", "--bare", "--quiet", "--initial-branch=main", Path.Combine(server.GitFolder, name));

    /// <summary>Runs a script in the sandbox; it has to succeed.</summary>
    public async Task<string> ShellAsync(string script) =>
        (await Sandbox.Commands.RunAsync(script, new CommandOptions { Timeout = TimeSpan.FromMinutes(3) }, Token)).EnsureSuccess().StandardOutput;

    public Task WriteAsync(string path, string text) => Sandbox.Files.WriteAsync(path, System.Text.Encoding.UTF8.GetBytes(text), cancellationToken: Token);

    /// <summary>A repository with one commit of the files given.</summary>
    public async Task<string> RepositoryAsync(string path, params string[] files)
    {
        await Git.InitAsync(path, cancellationToken: Token);
        await Sandbox.Files.WriteManyAsync(files.Select(file => new SandboxFileContent($"{path}/{file}", "one\ntwo\nthree\n"u8.ToArray())), cancellationToken: Token);
        await Git.AddAsync(path, cancellationToken: Token);
        await Git.CommitAsync(path, "first", new GitCommitOptions { AllowEmpty = true }, Token);
        return path;
    }

    public async ValueTask DisposeAsync() => await Sandbox.KillAsync(CancellationToken.None);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

using E2B;
using E2B.Tour;

// The tour in C#: what the README shows in PowerShell, through E2B.Core.
//   Tour FOLDER    FOLDER holds the local server, as ./build.sh build leaves it at out/local-server
// Without a folder it uses the service that the environment names (E2B_API_KEY, …).
await using LocalServer? server = args.Length > 0 ? await LocalServer.StartAsync(args[0]) : null;
using var client = new E2BClient(server?.Connection);

Say("An isolated Linux machine");
Sandbox sandbox = await client.Sandboxes.CreateAsync(new SandboxCreateOptions
{
    Metadata = new Dictionary<string, string> { ["app"] = "tour" },
    Timeout = TimeSpan.FromMinutes(10),
});
Console.WriteLine($"{sandbox.SandboxId}, from the template {sandbox.Template}");
try
{
    Say("Output arrives line by line, as it is produced");
    await using (CommandHandle command = await sandbox.Commands.StartAsync("for i in 1 2 3; do echo \"line $i\"; sleep 1; done"))
    {
        var decoder = new Utf8LineDecoder();
        var lines = new List<string>();
        await foreach (CommandOutput output in command.ReadOutputAsync())
        {
            decoder.Decode(output.Data.Span, lines);
            lines.ForEach(line => Console.WriteLine($"{DateTime.Now:HH:mm:ss}  {line}"));
            lines.Clear();
        }
    }

    Say("A command's stdin");
    await using (CommandHandle sort = await sandbox.Commands.StartAsync("sort", new CommandOptions { StandardInput = true }))
    {
        await sort.SendInputAsync("banana\napple\n");
        await sort.CloseInputAsync();
        Console.Write((await sort.WaitAsync()).StandardOutput);
    }

    Say("A file goes in and comes out again");
    SandboxEntry written = await sandbox.Files.WriteTextAsync("notes/hello.txt", "hello from C#\n");
    Console.Write($"{written.FullName}: {await sandbox.Files.ReadTextAsync("notes/hello.txt")}");

    Say("A failure is a result, and an exception only where you want one");
    CommandResult result = await sandbox.Commands.RunAsync("echo out; echo err >&2; exit 3");
    Console.WriteLine($"exit code {result.ExitCode}, stdout '{result.StandardOutput.TrimEnd()}', stderr '{result.StandardError.TrimEnd()}'");

    Say("What runs at the moment");
    await foreach (SandboxInfo info in client.Sandboxes.ListAsync())
    {
        Console.WriteLine($"{info.SandboxId}  {info.Template}  {info.State}  ends in {info.TimeLeft:mm\\:ss}");
    }
}
finally
{
    Say("Sandboxes are made to be thrown away");
    Console.WriteLine(await sandbox.KillAsync() ? $"{sandbox.SandboxId} is removed" : "it was gone already");
}

Console.WriteLine("""

    That was a real sandbox, made, used and removed. The code is samples/Tour/Program.cs. With PowerShell 7.4 or
    later on PATH as 'pwsh', ./build.sh try shows the same as cmdlets.
    """);

static void Say(string text) => Console.WriteLine($"\n# {text}");

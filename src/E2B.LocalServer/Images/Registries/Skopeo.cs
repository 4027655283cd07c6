using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using E2B.LocalServer.Native;
using E2B.LocalServer.Runtime;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Images;

/// <summary>
/// Talks to registries by the program skopeo. It gets who to be as a file in memory that only it can open, and that is
/// gone with it, however it or the server ends: nothing secret is on a disk or a command line. What the machine's root
/// is signed in to elsewhere it does not get to see. It ends with the server, however that ends.
/// </summary>
internal sealed class Skopeo(ImageLimits limits)
{
    private const int SecretDescriptor = 3;
    private const int KeptErrors = 16 * 1024;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    /// <summary>What proxies and certificates the machine talks to the world by.</summary>
    private static readonly string[] _passedOn =
    [
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ];

    /// <summary>The manifest behind a name, byte for byte.</summary>
    /// <exception cref="SkopeoException">It cannot be had.</exception>
    public async Task<byte[]> GetManifestAsync(ImageReference image, (string User, string Password)? signIn, CancellationToken cancellationToken)
    {
        List<string> arguments = ["inspect", "--raw", "--authfile", SecretPath];
        if (image.IsOnThisMachine)
        {
            arguments.Add("--tls-verify=false");
        }

        return await RunAsync(image, signIn, [.. arguments, "docker://" + image], null, cancellationToken);
    }

    /// <summary>Copies an image into a folder: manifest.json, and a file named by its digest for each other part.</summary>
    /// <param name="image">Named by its digest.</param>
    /// <param name="signIn">Who to be.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="SkopeoException">It cannot be had, or is too large.</exception>
    public async Task CopyAsync(ImageReference image, (string User, string Password)? signIn, string folder, CancellationToken cancellationToken)
    {
        List<string> arguments =
        [
            "--override-os", "linux", "--override-arch", ImageCheck.Architecture, "--tmpdir", folder,
            "copy", "--quiet", "--remove-signatures", "--authfile", SecretPath,
        ];
        if (image.IsOnThisMachine)
        {
            arguments.Add("--src-tls-verify=false");
        }

        await RunAsync(image, signIn, [.. arguments, "docker://" + image, "dir:" + folder], folder, cancellationToken);
    }

    private static string SecretPath { get; } = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{SecretDescriptor}");

    private async Task<byte[]> RunAsync(
        ImageReference image, (string User, string Password)? signIn, string[] arguments, string? folder, CancellationToken cancellationToken)
    {
        // A machine that has a policy which images it takes keeps to it; elsewhere any is taken.
        string[] policy = File.Exists("/etc/containers/policy.json") ? [] : ["--insecure-policy"];
        string[] mirrors = System.Environment.GetEnvironmentVariable("CONTAINERS_REGISTRIES_CONF") is { Length: > 0 } file ? ["--registries-conf", file] : [];
        string limit = string.Create(CultureInfo.InvariantCulture, $"--fsize={limits.PackedBytes}:{limits.PackedBytes}");
        string[] command = [HostPrograms.Find("prlimit"), limit, "--core=0:0", HostPrograms.Find("skopeo"), .. policy, .. mirrors, .. arguments];
        var (outputHandle, outputEnd) = Descriptor.SocketPair();
        var (errorHandle, errorEnd) = Descriptor.SocketPair();
        using var output = new Socket(outputHandle);
        using var errors = new Socket(errorHandle);
        int pid;
        using (outputEnd)
        using (errorEnd)
        using (SafeFileHandle nothing = Descriptor.NullDevice())
        using (SafeFileHandle secret = Secret(image, signIn))
        {
            pid = BoundProcess.Start(
                command[0], command[1..], Environment(folder), Number(nothing), Number(outputEnd), Number(errorEnd), Number(secret));
        }

        Task<int> exit = ProcessWatcher.Instance.WaitAsync(pid);
        Task<byte[]> said = ReadAsync(output, ImageLimits.DocumentBytes + 1);
        Task<byte[]> complaints = ReadAsync(errors, KeptErrors);
        try
        {
            await WatchAsync(exit, folder, cancellationToken);
        }
        catch
        {
            ProcessWatcher.KillProcess(pid);
            await exit;
            throw;
        }

        if (await exit != 0)
        {
            throw new SkopeoException(Message(Encoding.UTF8.GetString(await complaints), signIn));
        }

        byte[] bytes = await said;
        return bytes.Length <= ImageLimits.DocumentBytes ? bytes : throw new SkopeoException("its manifest is too large");
    }

    /// <summary>Waits for the end, and sees to it that what is fetched does not get too large.</summary>
    private async Task WatchAsync(Task exit, string? folder, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(limits.FetchTime);
        try
        {
            while (await Task.WhenAny(exit, Task.Delay(_look, limit.Token)) != exit)
            {
                limit.Token.ThrowIfCancellationRequested();
                if (folder is not null)
                {
                    DemandRoom(folder);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SkopeoException($"the registry took more than {limits.FetchTime.TotalMinutes:0.#} minutes");
        }
    }

    private void DemandRoom(string folder)
    {
        if (new DirectoryInfo(folder).EnumerateFiles().Sum(Length) > limits.PackedBytes)
        {
            throw new SkopeoException($"it is larger than {limits.PackedBytes >> 20} MiB");
        }

        if (new DriveInfo(folder).AvailableFreeSpace < limits.FreeBytes)
        {
            throw new SkopeoException("the machine's disk is too full to fetch it");
        }
    }

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0; // renamed meanwhile
        }
    }

    private static SafeFileHandle Secret(ImageReference image, (string User, string Password)? signIn)
    {
        var registries = new JsonObject();
        if (signIn is { } who)
        {
            registries[image.Registry] = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{who.User}:{who.Password}")) };
        }

        var secret = new SafeFileHandle(LinuxException.Check(Libc.CreateMemoryFile("auth", 1), "memfd_create", "auth"), ownsHandle: true);
        RandomAccess.Write(secret, Encoding.UTF8.GetBytes(new JsonObject { ["auths"] = registries }.ToJsonString()), 0);
        return secret;
    }

    private static List<string> Environment(string? folder) =>
    [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL=C",

        // Where nothing is: no other sign-in is found.
        "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent", "XDG_RUNTIME_DIR=/nonexistent", "DOCKER_CONFIG=/nonexistent",
        "TMPDIR=" + (folder ?? "/nonexistent"),
        .. _passedOn.Select(name => (Name: name, Value: System.Environment.GetEnvironmentVariable(name)))
            .Where(variable => !string.IsNullOrEmpty(variable.Value)).Select(variable => $"{variable.Name}={variable.Value}"),
    ];

    /// <summary>Reads to the end, and keeps so many bytes of it.</summary>
    private static async Task<byte[]> ReadAsync(Socket socket, int most)
    {
        var kept = new MemoryStream();
        byte[] block = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(block) is > 0 and var count)
            {
                kept.Write(block, 0, (int)Math.Min(count, most - kept.Length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Given up.
        }

        return kept.ToArray();
    }

    /// <summary>The last thing that skopeo says: <c>time="…" level=fatal msg="…"</c>.</summary>
    private static string Message(string errors, (string User, string Password)? signIn)
    {
        const string start = "msg=\"";
        string line = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "skopeo failed and did not say why";
        int message = line.IndexOf(start, StringComparison.Ordinal);
        string text = message >= 0 ? line[(message + start.Length)..].TrimEnd().TrimEnd('"').Replace("\\\"", "\"", StringComparison.Ordinal) : line;
        text = new string([.. text.Where(c => !char.IsControl(c)).Take(1000)]);

        // It does not say passwords. Should it ever, nobody reads them here.
        return signIn is { Password.Length: > 3 } who ? text.Replace(who.Password, "***", StringComparison.Ordinal) : text;
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}

/// <summary>What skopeo was asked for it could not do.</summary>
internal sealed class SkopeoException(string message) : Exception(message);

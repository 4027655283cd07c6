namespace E2B.Bench;

/// <summary>Trees and large files, from and to local ones.</summary>
internal static class Trees
{
    public const string Remote = "/home/user/tree";

    private static readonly TransferOptions _options = new() { Recurse = true };

    /// <summary>Each round to a directory of its own: nothing is there to be replaced, for either program.</summary>
    public static async Task UploadAsync(Sandbox sandbox, string folder, int round) =>
        Check(await sandbox.Files.UploadAsync(folder, $"/home/user/sdk-{round}", _options));

    public static async Task DownloadAsync(Sandbox sandbox, string folder, int round) =>
        Check(await sandbox.Files.DownloadAsync(Remote, $"{folder}-sdk-{round}", _options));

    public static async Task UploadFileAsync(Sandbox sandbox, string file) =>
        Check(await sandbox.Files.UploadAsync(file, "/home/user/large"));

    public static async Task DownloadFileAsync(Sandbox sandbox, string file) =>
        Check(await sandbox.Files.DownloadAsync("/home/user/large", file));

    private static void Check(TransferResult result)
    {
        if (result.Failures.Count > 0 || result.Files == 0)
        {
            throw new InvalidDataException($"{result.Files} files copied, {result.Failures.Count} failed");
        }
    }
}

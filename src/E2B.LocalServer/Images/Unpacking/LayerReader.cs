using System.Diagnostics;
using System.IO.Compression;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Images;

/// <summary>Opens a layer as it was fetched: with gzip, with zstd (by the program of that name), or as it is.</summary>
internal static class LayerReader
{
    /// <summary>Reads a layer from a file. What compresses it is seen from its first bytes, whatever the manifest says.</summary>
    /// <param name="file">The layer.</param>
    /// <param name="read">Reads the archive in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartupCheckException">It needs zstd, and that is not installed.</exception>
    public static async Task ReadAsync(string file, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        byte[] head = new byte[4];
        int count = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        stream.Position = 0;
        if (count >= 2 && head.AsSpan(0, 2).SequenceEqual((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            await using var gzip = new GZipStream(stream, CompressionMode.Decompress);
            await read(gzip);
        }
        else if (count == 4 && head.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]))
        {
            await ReadZstdAsync(file, read, cancellationToken);
        }
        else
        {
            await read(stream);
        }
    }

    private static async Task ReadZstdAsync(string file, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        // Its memory is limited by itself: 128 MiB for what a hostile archive may ask for.
        var start = new ProcessStartInfo(HostPrograms.Find("zstd"), ["--decompress", "--stdout", "--quiet", "--", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            await read(process.StandardOutput.BaseStream);

            // Whatever follows the archive's end has to go somewhere.
            await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidDataException($"zstd failed: {(await errors).Trim()}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}

using System.Buffers;

namespace E2B.LocalServer.Agent.Files;

/// <summary>What a file's content is to be called.</summary>
internal static class ContentTypes
{
    /// <summary>How much of a file is looked at.</summary>
    public const int SniffLength = 512;

    public const string Unknown = "application/octet-stream";

    /// <summary>All bytes but the control characters that text does not have.</summary>
    private static readonly SearchValues<byte> _textBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Where(b => b is >= 0x20 or 0x09 or 0x0a or 0x0c or 0x0d or 0x1b).Select(b => (byte)b)]);

    /// <summary>By the name, where that is well known.</summary>
    public static string? ByName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".txt" => "text/plain; charset=utf-8",
        ".html" or ".htm" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".csv" => "text/csv; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".xml" => "text/xml; charset=utf-8",
        ".json" => "application/json",
        ".pdf" => "application/pdf",
        ".wasm" => "application/wasm",
        ".gz" => "application/gzip",
        ".zip" => "application/zip",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".svg" => "image/svg+xml",
        ".webp" => "image/webp",
        _ => null,
    };

    /// <summary>By how the content begins.</summary>
    public static string ByContent(ReadOnlySpan<byte> start) =>
        start.ContainsAnyExcept(_textBytes) ? Unknown : "text/plain; charset=utf-8";
}

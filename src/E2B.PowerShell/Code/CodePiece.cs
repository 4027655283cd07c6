namespace E2B.PowerShell.Code;

/// <summary>Code that runs as one.</summary>
/// <param name="Text">The code.</param>
/// <param name="Language">The language that its file's name says; <see langword="null"/> leaves it to the cmdlet.</param>
/// <param name="Name">What to call it: the file, or the code itself.</param>
internal sealed record CodePiece(string Text, string? Language, string Name)
{
    /// <summary>The code of a file of this machine.</summary>
    public static async Task<CodePiece> ReadAsync(string path, bool guessLanguage, CancellationToken cancellationToken) => new(
        await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), guessLanguage ? LanguageOf(path) : null, path);

    private static string? LanguageOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PY" => "python",
        ".JS" or ".MJS" or ".CJS" => "javascript",
        ".TS" or ".MTS" => "typescript",
        ".R" => "r",
        ".JAVA" or ".JSH" => "java",
        ".SH" or ".BASH" => "bash",
        _ => null,
    };
}

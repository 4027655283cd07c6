using System.Runtime.CompilerServices;
using E2B.Templates.Definition.Text;

namespace E2B;

public sealed partial class Template
{
    /// <summary>Removes a file or directory.</summary>
    /// <param name="path">The path in the sandbox.</param>
    /// <param name="recursive">Whether directories go with what they hold.</param>
    /// <param name="force">Whether it is no error when it is not there.</param>
    /// <param name="user">Who does it; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The path is empty.</exception>
    public Template Remove(
        string path, bool recursive = false, bool force = false, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Remove(new[] { path }, recursive, force, user, file, line);

    /// <summary>Removes files or directories in one step.</summary>
    /// <param name="paths">The paths in the sandbox.</param>
    /// <param name="recursive">Whether directories go with what they hold.</param>
    /// <param name="force">Whether it is no error when one is not there.</param>
    /// <param name="user">Who does it; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no path, or an empty one.</exception>
    public Template Remove(
        IEnumerable<string> paths, bool recursive = false, bool force = false, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Run($"rm{(recursive ? " -r" : string.Empty)}{(force ? " -f" : string.Empty)} {Words(paths)}", user, file, line);

    /// <summary>Renames or moves a file or directory.</summary>
    /// <param name="source">The path in the sandbox.</param>
    /// <param name="destination">The new path.</param>
    /// <param name="force">Whether what is there is replaced without a question.</param>
    /// <param name="user">Who does it; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">A path is empty.</exception>
    public Template Rename(
        string source, string destination, bool force = false, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Run($"mv {Words(new[] { source, destination })}{(force ? " -f" : string.Empty)}", user, file, line);

    /// <summary>Makes a directory, with those that it is in.</summary>
    /// <param name="path">The path in the sandbox.</param>
    /// <param name="mode">Its permissions, 1 to 7777 in octal; <see langword="null"/> for the usual ones.</param>
    /// <param name="user">Who does it, and owns it; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The path is empty, or there are no such permissions.</exception>
    public Template MakeDirectory(
        string path, UnixFileMode? mode = null, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        MakeDirectory(new[] { path }, mode, user, file, line);

    /// <summary>Makes directories in one step, with those that they are in.</summary>
    /// <param name="paths">The paths in the sandbox.</param>
    /// <param name="mode">Their permissions, 1 to 7777 in octal; <see langword="null"/> for the usual ones.</param>
    /// <param name="user">Who does it, and owns them; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no path, or an empty one, or there are no such permissions.</exception>
    public Template MakeDirectory(
        IEnumerable<string> paths, UnixFileMode? mode = null, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Run($"mkdir -p{(mode is { } given ? $" -m {StepText.Octal(given)}" : string.Empty)} {Words(paths)}", user, file, line);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">What it points at.</param>
    /// <param name="path">Where the link is made.</param>
    /// <param name="force">Whether what is there is replaced.</param>
    /// <param name="user">Who does it; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">A path is empty.</exception>
    public Template MakeSymlink(
        string target, string path, bool force = false, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Run($"ln -s{(force ? " -f" : string.Empty)} {Words(new[] { target, path })}", user, file, line);

    private static string Words(IEnumerable<string> paths) => string.Join(' ', StepText.NotEmpty(paths, "path").Select(ShellText.Quote));
}

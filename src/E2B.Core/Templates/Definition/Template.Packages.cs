using System.Runtime.CompilerServices;
using E2B.Templates.Definition.Text;

namespace E2B;

public sealed partial class Template
{
    private const string Root = "root";

    /// <summary>Installs packages of Debian or Ubuntu with apt-get, as root.</summary>
    /// <param name="packages">Their names.</param>
    /// <param name="noInstallRecommends">Whether only what they need is installed, not what they recommend.</param>
    /// <param name="fixMissing">Whether packages that cannot be fetched are left out.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no name, or an empty one.</exception>
    public Template AptInstall(
        IEnumerable<string> packages, bool noInstallRecommends = false, bool fixMissing = false, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        string options = (noInstallRecommends ? "--no-install-recommends " : string.Empty) + (fixMissing ? "--fix-missing " : string.Empty);
        return Run(
            new[] { "apt-get update", $"DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -y {options}{Names(packages)}" },
            Root,
            file,
            line);
    }

    /// <summary>Installs a package of Debian or Ubuntu with apt-get, as root.</summary>
    /// <param name="package">Its name.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public Template AptInstall(string package, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        AptInstall(new[] { package }, file: file, line: line);

    /// <summary>Installs packages of Python with pip.</summary>
    /// <param name="packages">Their names, with versions if any; <see langword="null"/> installs the project in the working directory.</param>
    /// <param name="forUser">Whether they are installed for the user of the steps only, and not for all, as root.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no name, or an empty one.</exception>
    public Template PipInstall(
        IEnumerable<string>? packages = null, bool forUser = false, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Run($"pip install {(forUser ? "--user " : string.Empty)}{(packages is null ? "." : Names(packages))}", forUser ? null : Root, file, line);

    /// <summary>Installs a package of Python with pip, for all users.</summary>
    /// <param name="package">Its name, with a version if any.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public Template PipInstall(string package, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        PipInstall(new[] { package }, file: file, line: line);

    /// <summary>Installs packages of Node.js with npm.</summary>
    /// <param name="packages">Their names, with versions if any; <see langword="null"/> installs what package.json in the working directory says.</param>
    /// <param name="global">Whether they are installed for all, as root, and not in the working directory.</param>
    /// <param name="dev">Whether they are only for development.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no name, or an empty one.</exception>
    public Template NpmInstall(
        IEnumerable<string>? packages = null, bool global = false, bool dev = false, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        JavaScriptInstall("npm install", packages, global, dev ? " --save-dev" : string.Empty, file, line);

    /// <summary>Installs a package of Node.js with npm in the working directory.</summary>
    /// <param name="package">Its name, with a version if any.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public Template NpmInstall(string package, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        NpmInstall(new[] { package }, file: file, line: line);

    /// <summary>Installs packages of Node.js with Bun.</summary>
    /// <param name="packages">Their names, with versions if any; <see langword="null"/> installs what package.json in the working directory says.</param>
    /// <param name="global">Whether they are installed for all, as root, and not in the working directory.</param>
    /// <param name="dev">Whether they are only for development.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no name, or an empty one.</exception>
    public Template BunInstall(
        IEnumerable<string>? packages = null, bool global = false, bool dev = false, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        JavaScriptInstall("bun install", packages, global, dev ? " --dev" : string.Empty, file, line);

    /// <summary>Installs a package of Node.js with Bun in the working directory.</summary>
    /// <param name="package">Its name, with a version if any.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public Template BunInstall(string package, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        BunInstall(new[] { package }, file: file, line: line);

    private Template JavaScriptInstall(string program, IEnumerable<string>? packages, bool global, string dev, string? file, int line)
    {
        string names = packages is null ? string.Empty : " " + Names(packages);
        return Run($"{program}{(global ? " -g" : string.Empty)}{dev}{names}", global ? Root : null, file, line);
    }

    private static string Names(IEnumerable<string> packages) =>
        string.Join(' ', StepText.NotEmpty(packages, "name of a package").Select(ShellText.Package));
}

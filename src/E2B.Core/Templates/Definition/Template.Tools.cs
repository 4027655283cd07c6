using System.Globalization;
using System.Runtime.CompilerServices;
using E2B.Git;
using E2B.Templates.Definition.Text;

namespace E2B;

public sealed partial class Template
{
    private const string McpTemplate = "mcp-gateway";
    private const string DevContainerTemplate = "devcontainer";

    /// <summary>Clones a git repository.</summary>
    /// <param name="url">Its address, without a password or token: that would stay in the template.</param>
    /// <param name="path">The new directory; <see langword="null"/> means the last part of the address.</param>
    /// <param name="branch">The branch or tag to check out, and the only one to fetch; <see langword="null"/> means the remote's own, and all.</param>
    /// <param name="depth">How many commits of the history to fetch; <see langword="null"/> means all.</param>
    /// <param name="user">Who does it; <see langword="null"/> for the user of the steps.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The address is empty or has a password in it, or another argument cannot be.</exception>
    public Template GitClone(
        string url, string? path = null, string? branch = null, int? depth = null, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        if (GitUrl.HasCredential(StepText.NotEmpty(url, "URL")))
        {
            throw new E2BInvalidArgumentException(
                "The URL has a user name, password or token before its host (the part that ends with '@'). It would be in the build's log and in each sandbox of "
                + "the template: leave it out. To have a private repository in a template, clone it here and copy it.");
        }

        var words = new List<string> { "git", "clone", ShellText.Quote(url) };
        if (branch is not null)
        {
            words.AddRange((string[])["--branch", ShellText.Quote(StepText.NotEmpty(branch, "branch")), "--single-branch"]);
        }

        if (depth is { } commits)
        {
            words.AddRange((string[])["--depth", commits > 0 ? commits.ToString(CultureInfo.InvariantCulture) : throw new E2BInvalidArgumentException("The depth is greater than zero.")]);
        }

        if (path is not null)
        {
            words.Add(ShellText.Quote(StepText.NotEmpty(path, "path")));
        }

        return Run(string.Join(' ', words), user, file, line);
    }

    /// <summary>Gets the images of MCP servers, as root. Only for definitions that start from the template <c>mcp-gateway</c>.</summary>
    /// <param name="servers">The servers' names, as in the catalogue of Docker.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no name, or an empty one, or the definition starts from something else.</exception>
    public Template AddMcpServer(IEnumerable<string> servers, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        IReadOnlyList<string> names = StepText.NotEmpty(servers, "name of an MCP server");
        CheckSource(McpTemplate, "MCP servers");
        return Run($"mcp-gateway pull {string.Join(' ', names.Select(ShellText.Package))}", Root, file, line);
    }

    /// <summary>Gets the image of an MCP server, as root. Only for definitions that start from the template <c>mcp-gateway</c>.</summary>
    /// <param name="server">The server's name, as in the catalogue of Docker.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty, or the definition starts from something else.</exception>
    public Template AddMcpServer(string server, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) => AddMcpServer(new[] { server }, file, line);

    /// <summary>Builds the dev container of a directory, so that it starts fast. Only for definitions that start from the template <c>devcontainer</c>.</summary>
    /// <param name="directory">The directory in the sandbox that holds <c>.devcontainer</c>.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The directory is empty, or the definition starts from something else.</exception>
    public Template PrebuildDevContainer(string directory, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        CheckSource(DevContainerTemplate, "dev containers");
        return Run($"devcontainer build --workspace-folder {DevContainer(directory)}", Root, file, line);
    }

    /// <summary>Has each sandbox start with the dev container of a directory. Only for definitions that start from the template <c>devcontainer</c>.</summary>
    /// <param name="directory">The directory in the sandbox that holds <c>.devcontainer</c>.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The directory is empty, or the definition starts from something else.</exception>
    public Template SetDevContainerStart(string directory, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        CheckSource(DevContainerTemplate, "dev containers");
        string folder = DevContainer(directory);
        return SetStart(
            $"sudo devcontainer up --workspace-folder {folder} && sudo /prepare-exec.sh {folder} | sudo tee /devcontainer.sh > /dev/null "
            + "&& sudo chmod +x /devcontainer.sh && sudo touch /devcontainer.up",
            ReadyCheck.ForFile("/devcontainer.up"),
            file,
            line);
    }

    private static string DevContainer(string directory) => ShellText.Quote(StepText.NotEmpty(directory, "directory of the dev container"));

    private void CheckSource(string template, string what)
    {
        // A tag of it is that template as well.
        if (Source.Template != template && Source.Template?.StartsWith(template + ":", StringComparison.Ordinal) != true)
        {
            throw new E2BInvalidArgumentException($"A definition with {what} has to start from the template '{template}'; this one starts from {Source}.");
        }
    }
}

using System.Runtime.CompilerServices;
using E2B.Templates.Definition.Text;

namespace E2B;

public sealed partial class Template
{
    /// <summary>Copies a file, a directory or what a pattern matches from the context directory.</summary>
    /// <param name="source">The path or pattern, relative to the context directory.</param>
    /// <param name="destination">Where it goes in the sandbox; a directory if it ends with a slash.</param>
    /// <param name="options">Owner, permissions and more.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The source is absolute or leads out of the context directory, or something is empty.</exception>
    public Template Copy(
        string source, string destination, TemplateCopyOptions? options = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Copy(new[] { source }, destination, options, file, line);

    /// <summary>Copies several things to one place, each as a step of its own.</summary>
    /// <param name="sources">The paths or patterns, relative to the context directory.</param>
    /// <param name="destination">Where they go in the sandbox; a directory if it ends with a slash.</param>
    /// <param name="options">Owner, permissions and more, the same for all.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">A source is absolute or leads out of the context directory, or something is empty.</exception>
    public Template Copy(
        IEnumerable<string> sources, string destination, TemplateCopyOptions? options = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        TemplateStep[] steps = [.. sources.Select(source => new TemplateCopyStep(source, destination, options, TemplateOrigin.From(file, line), _skipsCache))];
        return Add(steps);
    }

    /// <summary>Runs a line in the sandbox's shell.</summary>
    /// <param name="command">The line.</param>
    /// <param name="user">Who runs it; <see langword="null"/> for the user that <see cref="SetUser"/> has set.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The line is empty.</exception>
    public Template Run(string command, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new TemplateRunStep(command, user, TemplateOrigin.From(file, line), _skipsCache));

    /// <summary>Runs several lines as one step, each if the one before succeeded.</summary>
    /// <param name="commands">The lines.</param>
    /// <param name="user">Who runs them; <see langword="null"/> for the user that <see cref="SetUser"/> has set.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">There is no line, or an empty one.</exception>
    public Template Run(IEnumerable<string> commands, string? user = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Run(string.Join(" && ", StepText.NotEmpty(commands, "command")), user, file, line);

    /// <summary>Sets the directory of the steps that follow, and of the template's sandboxes.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public Template SetWorkingDirectory(string directory, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new TemplateWorkingDirectoryStep(directory, TemplateOrigin.From(file, line), _skipsCache));

    /// <summary>Sets the user of the steps that follow, and of the template's sandboxes.</summary>
    /// <param name="user">The user.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public Template SetUser(string user, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        Add(new TemplateUserStep(user, TemplateOrigin.From(file, line), _skipsCache));

    /// <summary>Sets environment variables for the steps that follow.</summary>
    /// <param name="variables">The variables; none adds no step. Their order counts for the cache.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">A name is empty, or holds <c>=</c> or a null character.</exception>
    public Template SetEnvironment(IEnumerable<KeyValuePair<string, string>> variables, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        KeyValuePair<string, string>[] list = [.. variables];
        return list.Length == 0 ? this : Add(new TemplateEnvironmentStep(list, TemplateOrigin.From(file, line), _skipsCache));
    }

    /// <summary>Sets an environment variable for the steps that follow.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The name is empty, or holds <c>=</c> or a null character.</exception>
    public Template SetEnvironment(string name, string value, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        SetEnvironment(new[] { KeyValuePair.Create(name, value) }, file, line);
}

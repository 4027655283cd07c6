namespace E2B;

/// <summary>A program and its arguments, which reach it as written: no shell is in between.</summary>
/// <remarks>A command given as a string is the shell form instead: <c>/bin/bash -l -c</c> gets it.</remarks>
public sealed class ProcessCommand
{
    /// <summary>Makes a command.</summary>
    /// <param name="fileName">The program: a path in the sandbox, or a name that is looked up along its <c>PATH</c>.</param>
    /// <param name="arguments">Its arguments, one each; nothing in them is expanded, split or unquoted.</param>
    /// <exception cref="E2BInvalidArgumentException">The name is empty, or something holds a zero character.</exception>
    public ProcessCommand(string fileName, IReadOnlyList<string>? arguments = null)
    {
        arguments ??= [];
        if (string.IsNullOrEmpty(fileName))
        {
            throw new E2BInvalidArgumentException("The program's name is empty.");
        }

        if (arguments.Any(a => a is null) || fileName.Contains('\0') || arguments.Any(a => a.Contains('\0')))
        {
            throw new E2BInvalidArgumentException("A program's name and arguments cannot be null or hold a zero character: no program could receive them.");
        }

        FileName = fileName;
        Arguments = arguments.ToArray();
    }

    /// <summary>The program.</summary>
    public string FileName { get; }

    /// <summary>Its arguments, without its name.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>What the shell form of a command stands for: <c>/bin/bash -l -c</c> and the text.</summary>
    /// <param name="command">The text for the shell.</param>
    public static ProcessCommand Shell(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return new ProcessCommand("/bin/bash", new[] { "-l", "-c", command });
    }

    /// <summary>The program and its arguments, for reading only: they are not quoted.</summary>
    public override string ToString() => Arguments.Count == 0 ? FileName : $"{FileName} {string.Join(' ', Arguments)}";
}

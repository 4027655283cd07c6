namespace E2B;

/// <summary>What a template's copy step takes from the context directory cannot be copied.</summary>
public sealed class TemplateContextException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">Why.</param>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="paths">The files it is about, relative to the context directory, with slashes.</param>
    /// <param name="innerException">The cause.</param>
    public TemplateContextException(TemplateContextError error, string message, IReadOnlyList<string> paths, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Paths = paths;
    }

    /// <summary>Why.</summary>
    public TemplateContextError Error { get; }

    /// <summary>The files it is about, relative to the context directory, with slashes. All of them, also where the message names some.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>An error about several files, of which the message names the first.</summary>
    internal static TemplateContextException Of(
        TemplateContextError error, string whatHappened, string whatToDo, IReadOnlyList<string> paths, Exception? cause = null)
    {
        const int Named = 10;
        string names = string.Join(", ", paths.Take(Named).Select(static path => $"'{path}'"));
        string more = paths.Count > Named ? $" and {paths.Count - Named} more" : string.Empty;
        return new TemplateContextException(error, $"{whatHappened}: {names}{more}. {whatToDo}", paths, cause);
    }
}

/// <summary>Why files of the context directory cannot be copied into a template.</summary>
public enum TemplateContextError
{
    /// <summary>The context directory is not there, or nothing in it matches.</summary>
    NotFound,

    /// <summary>Files or directories cannot be read.</summary>
    Unreadable,

    /// <summary>Links that are to be followed lead nowhere.</summary>
    BrokenLink,

    /// <summary>Links that are to be followed lead out of the context directory.</summary>
    Outside,

    /// <summary>The ignore file has a line that cannot be understood.</summary>
    IgnoreFile,
}

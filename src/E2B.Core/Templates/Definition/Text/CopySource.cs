using E2B.Templates.Context;

namespace E2B.Templates.Definition.Text;

/// <summary>What a copy takes: a path or pattern that is relative to the context, and stays in it.</summary>
internal static class CopySource
{
    /// <summary>The source as it goes onto the wire, with slashes.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is empty, absolute, or leads out of the context.</exception>
    public static string Check(string? source)
    {
        string text = StepText.NotEmpty(source, "source of the copy");
        bool isWindows = OperatingSystem.IsWindows();
        if (ContextPaths.IsAbsolute(text, isWindows))
        {
            throw new E2BInvalidArgumentException(
                $"'{source}' is an absolute path. What is copied is named relative to the template's context directory; choose that directory so that it holds the file.");
        }

        return !ContextPaths.LeadsOut(text, isWindows)
            ? ContextPaths.WithSlashes(text, isWindows)
            : throw new E2BInvalidArgumentException(
                $"'{source}' leads out of the template's context directory. Choose a context directory that holds the file, or put the file into it.");
    }
}

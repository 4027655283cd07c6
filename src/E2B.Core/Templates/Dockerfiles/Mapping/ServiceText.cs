using System.Buffers;

namespace E2B.Templates.Dockerfiles.Mapping;

/// <summary>What the service puts into scripts as it is: paths, users and owners.</summary>
internal static class ServiceText
{
    private static readonly SearchValues<char> _special = SearchValues.Create("\"$`\\\n\r");

    /// <summary>The text, if no letter of it means something to a shell within quotes.</summary>
    /// <exception cref="DockerfileException">One does.</exception>
    public static string Check(string text, string what, DockerfileInstruction instruction) => text.AsSpan().IndexOfAny(_special) is var at and >= 0
        ? throw instruction.Error($"The {what} '{text}' has a '{text[at]}', which the service would not take as it is. Choose another name.")
        : text;
}

using System.Collections.ObjectModel;
using E2B.Templates.Context.Ignoring;
using E2B.Templates.Dockerfiles.Mapping;

namespace E2B;

public sealed partial class Template
{
    private const string UnnamedDockerfile = "Dockerfile";

    /// <summary>Makes a definition of a Dockerfile.</summary>
    /// <param name="pathOrContent">
    /// The Dockerfile, or its text. Of a file, the directory that it is in becomes the context directory; <see cref="WithContext"/> sets another.
    /// A file <c>&lt;name&gt;.dockerignore</c> beside it counts in place of the context's <c>.dockerignore</c>.
    /// </param>
    /// <param name="registry">How the service signs in to the image's registry; <see langword="null"/> for a public image.</param>
    /// <param name="buildArguments">Values for its ARGs, by name; <see langword="null"/> leaves their defaults.</param>
    /// <returns>The definition. Its steps have the lines of the Dockerfile as their origins.</returns>
    /// <remarks>
    /// Of several stages the last is taken, with those that it builds upon. ENTRYPOINT and CMD become the start command, ready after 20 s. EXPOSE, VOLUME,
    /// LABEL, MAINTAINER, STOPSIGNAL, HEALTHCHECK and ONBUILD mean nothing to a template and are left out; all else that a template cannot have is an error.
    /// </remarks>
    /// <exception cref="E2BInvalidArgumentException">The text is empty, or names a file that is not there.</exception>
    /// <exception cref="DockerfileException">A line is wrong, or means what a template cannot have.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read.</exception>
    public static Template FromDockerfile(string pathOrContent, TemplateRegistry? registry = null, IReadOnlyDictionary<string, string>? buildArguments = null)
    {
        if (string.IsNullOrWhiteSpace(pathOrContent))
        {
            throw new E2BInvalidArgumentException("The Dockerfile is empty. Give its path or its text.");
        }

        buildArguments ??= ReadOnlyDictionary<string, string>.Empty;
        bool isLine = pathOrContent.AsSpan().IndexOfAny('\n', '\r') < 0;
        if (isLine && File.Exists(pathOrContent))
        {
            string path = Path.GetFullPath(pathOrContent);
            string ignoreFile = path + IgnoreRules.FileName;
            return DockerfileMapper.Map(File.ReadAllText(path), path, registry, buildArguments)
                .WithContext(Path.GetDirectoryName(path)!)
                .Change(next => next.IgnoreFile = File.Exists(ignoreFile) ? ignoreFile : null);
        }

        return !isLine || pathOrContent.TrimStart().StartsWith("FROM ", StringComparison.OrdinalIgnoreCase)
            ? DockerfileMapper.Map(pathOrContent, UnnamedDockerfile, registry, buildArguments)
            : throw new E2BInvalidArgumentException($"There is no Dockerfile '{pathOrContent}'.");
    }
}

using System.Net;
using System.Text.RegularExpressions;

namespace E2B.LocalServer.Images;

/// <summary>An image's name, taken apart as Docker does: <c>python</c> is <c>docker.io/library/python:latest</c>.</summary>
internal sealed partial record ImageReference
{
    private const string DockerHub = "docker.io";
    private const int LongestName = 255;

    private ImageReference(string registry, string repository, string? tag, string? digest) =>
        (Registry, Repository, Tag, Digest) = (registry, repository, tag, digest);

    /// <summary>The registry, with its port where it has one.</summary>
    public string Registry { get; }

    /// <summary>The image's path there.</summary>
    public string Repository { get; }

    /// <summary><see langword="null"/> beside a digest.</summary>
    public string? Tag { get; }

    /// <summary><c>sha256:…</c>, where the name says which content.</summary>
    public string? Digest { get; }

    /// <summary>
    /// Whether the registry is this machine. Only such a one is talked to without TLS, or with a certificate that
    /// nobody vouches for: what stays on the machine needs no protection on its way.
    /// </summary>
    public bool IsOnThisMachine
    {
        get
        {
            string host = Registry.StartsWith('[')
                ? Registry[1..Registry.IndexOf(']', StringComparison.Ordinal)]
                : Registry.Split(':')[0];
            return host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
        }
    }

    /// <summary>The same image by exactly this content.</summary>
    public ImageReference At(string digest) => new(Registry, Repository, null, digest);

    /// <summary>In full.</summary>
    public override string ToString() => $"{Registry}/{Repository}{(Digest is null ? ":" + Tag : "@" + Digest)}";

    /// <summary>Takes a name apart.</summary>
    /// <exception cref="ImageException">It is none.</exception>
    public static ImageReference Parse(string name)
    {
        Match match = Pattern().Match(name);
        if (!match.Success)
        {
            throw new ImageException($"'{name}' is no image's name. Names are as in a Dockerfile's FROM: python:3.11, ghcr.io/owner/name:tag, registry:5000/name@sha256:…");
        }

        string path = match.Groups["path"].Value;
        string registry = DockerHub;

        // The first part is a registry when it could not be a folder at Docker Hub.
        string first = path.Split('/')[0];
        if (path.Contains('/', StringComparison.Ordinal) && (first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost"))
        {
            registry = first == "index.docker.io" ? DockerHub : first;
            path = path[(first.Length + 1)..];
        }

        if (registry == DockerHub && !path.Contains('/', StringComparison.Ordinal))
        {
            path = "library/" + path;
        }

        if (!Repositories().IsMatch(path) || path.Length > LongestName)
        {
            throw new ImageException($"'{name}' is no image's name: '{path}' may have small letters and digits only, with single . _ - between them");
        }

        string? digest = match.Groups["digest"].Success ? match.Groups["digest"].Value : null;
        return new ImageReference(registry, path, digest is not null ? null : match.Groups["tag"].Success ? match.Groups["tag"].Value : "latest", digest);
    }

    [GeneratedRegex(@"\A(?<path>((\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(:[0-9]{1,5})?/)?[A-Za-z0-9][A-Za-z0-9._/-]*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Repositories();
}

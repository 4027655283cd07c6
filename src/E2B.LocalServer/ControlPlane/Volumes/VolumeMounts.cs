using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Checks which volumes a sandbox is to have, and where.</summary>
internal static class VolumeMounts
{
    private const int Most = 64;

    // What a container cannot do without, or what is the server's.
    private static readonly string[] _taken = ["/proc", "/sys", "/dev", "/.e2b"];

    /// <exception cref="ApiException">400, with everything that is wrong, as in the cloud; 501 where there are no volumes.</exception>
    public static IReadOnlyList<VolumeMount> Read(SandboxServices services, IReadOnlyList<VolumeMountModel>? asked)
    {
        if (asked is null or { Count: 0 })
        {
            return [];
        }

        _ = services.VolumeHost;
        if (asked.Count > Most)
        {
            throw ApiException.BadRequest($"a sandbox can have {Most} volumes at most");
        }

        var mounts = new List<VolumeMount>();
        var wrong = new List<string>();
        for (int i = 0; i < asked.Count; i++)
        {
            (string? name, string? path) = (asked[i]?.Name, asked[i]?.Path);
            Volume? volume = services.Saved.Volumes.Find(name ?? string.Empty);
            string? reason = volume is null ? $"volume '{name}' not found"
                : WhyNot(path ?? string.Empty)
                ?? (mounts.Any(one => one.Path == path) ? $"path '{path}' is already used" : null);
            if (reason is not null)
            {
                wrong.Add($"\t- volume mount #{i}: {reason}");
                continue;
            }

            mounts.Add(new VolumeMount(volume!.Id, volume.Name, path!));
        }

        return wrong.Count == 0 ? mounts : throw ApiException.BadRequest($"invalid mounts:\n{string.Join('\n', wrong)}");
    }

    private static string? WhyNot(string path) =>
        path.Length == 0 ? "path cannot be empty"
        : path[0] != '/' ? "path must be absolute"
        : path != SandboxPath.Clean(path) ? "path must not contain any '.' or '..' components"
        : path == "/" || _taken.Any(taken => path == taken || path.StartsWith(taken + "/", StringComparison.Ordinal))
            ? $"path '{path}' is the system's own: nothing can be mounted there"
        : path.Contains('\0', StringComparison.Ordinal) ? "path must not contain a zero"
        : null;
}

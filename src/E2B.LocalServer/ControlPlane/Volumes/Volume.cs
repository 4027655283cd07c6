namespace E2B.LocalServer.ControlPlane;

/// <summary>Files that outlive sandboxes, and that several of them see at once.</summary>
internal sealed record Volume
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A volume in a sandbox. The id counts: under the name there may be another one by now.</summary>
/// <param name="Id">The volume.</param>
/// <param name="Name">Its name when it was asked for.</param>
/// <param name="Path">Where it is mounted.</param>
internal sealed record VolumeMount(Guid Id, string Name, string Path);

using System.Collections.Immutable;

namespace E2B.LocalServer.ControlPlane;

/// <summary>One route of the control plane.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with <c>{names}</c> for what varies.</param>
/// <param name="Handle">What answers it; <see langword="null"/> for what the cloud offers and this server does not yet.</param>
internal sealed record Route(string Method, string Path, Func<ApiCall, Task>? Handle = null)
{
    private readonly string[] _segments = Path.Split('/');

    /// <summary>Why this server will never have it; <see langword="null"/> for what it has, or will have.</summary>
    public string? Never { get; init; }

    /// <summary>Whether it can be asked without a key.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether the path is this route's.</summary>
    public bool Matches(string[] segments, out ImmutableDictionary<string, string> parameters)
    {
        parameters = ImmutableDictionary<string, string>.Empty;
        if (segments.Length != _segments.Length)
        {
            return false;
        }

        for (int i = 0; i < segments.Length; i++)
        {
            string pattern = _segments[i];
            if (pattern.StartsWith('{') && segments[i].Length > 0)
            {
                parameters = parameters.SetItem(pattern[1..^1], segments[i]);
            }
            else if (pattern != segments[i])
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Every route of the official specification, once. A fixed path stands before one that varies in its place.</summary>
internal static class Routes
{
    private const string NoAccounts = "no cloud: there are no accounts whose tokens these would be";
    private const string NoSecretProxy = "no cloud: its own proxy for traffic to the internet is what puts secrets into requests";
    private const string NoRegistry = "no cloud: the first version's clients push the image of a Dockerfile to its registry; POST /v3/templates builds from steps, and `e2b template migrate` makes them of a Dockerfile";
    private const string NoNodes = "one machine: there is no cluster of nodes";

    public static readonly ImmutableArray<Route> All =
    [
        new("GET", "/health", Health.GetAsync) { IsOpen = true },

        new("POST", "/sandboxes", CreateSandbox.HandleAsync),
        new("GET", "/sandboxes", ListSandboxes.AllAsync),
        new("POST", "/v2/sandboxes", CreateSandbox.HandleV2Async),
        new("GET", "/v2/sandboxes", ListSandboxes.PageAsync),
        new("GET", "/sandboxes/metrics", Metrics.OfSandboxesAsync),
        new("GET", "/sandboxes/{sandboxID}", OneSandbox.GetAsync),
        new("DELETE", "/sandboxes/{sandboxID}", OneSandbox.DeleteAsync),
        new("POST", "/sandboxes/{sandboxID}/timeout", Lifetimes.TimeoutAsync),
        new("POST", "/sandboxes/{sandboxID}/connect", PauseAndResume.ConnectAsync),
        new("POST", "/v2/sandboxes/{sandboxID}/connect", PauseAndResume.ConnectV2Async),
        new("POST", "/sandboxes/{sandboxID}/refreshes", Lifetimes.RefreshAsync),
        new("POST", "/sandboxes/{sandboxID}/pause", PauseAndResume.PauseAsync),
        new("POST", "/sandboxes/{sandboxID}/resume", PauseAndResume.ResumeAsync),
        new("POST", "/sandboxes/{sandboxID}/fork", Snapshots.ForkAsync),
        new("PUT", "/sandboxes/{sandboxID}/network", UpdateNetwork.HandleAsync),
        new("POST", "/sandboxes/{sandboxID}/snapshots", Snapshots.CreateAsync),
        new("GET", "/sandboxes/{sandboxID}/metrics", Metrics.OfOneAsync),
        new("GET", "/sandboxes/{sandboxID}/logs", Logs.AllAsync),
        new("GET", "/v2/sandboxes/{sandboxID}/logs", Logs.PartAsync),
        new("GET", "/snapshots", Snapshots.ListAsync),

        // This server's own: *.localhost does not resolve everywhere.
        new("POST", "/local/sandboxes/{sandboxID}/ports/{port}", LocalPorts.OpenAsync),
        new("DELETE", "/local/sandboxes/{sandboxID}/ports/{port}", LocalPorts.CloseAsync),

        new("POST", "/v3/templates", Builds.RequestAsync),
        new("GET", "/v2/templates", Templates.PageAsync),
        new("POST", "/v2/templates", Builds.RequestV2Async),
        new("PATCH", "/v2/templates/{templateID}", Templates.UpdateV2Async),
        new("POST", "/v2/templates/{templateID}/builds/{buildID}", Builds.StartAsync),
        new("GET", "/templates", Templates.ListAsync),
        new("POST", "/templates") { Never = NoRegistry },
        new("POST", "/templates/tags", TemplateTags.AssignAsync),
        new("DELETE", "/templates/tags", TemplateTags.RemoveAsync),
        new("GET", "/templates/aliases/{alias}", Templates.FindAliasAsync),
        new("GET", "/templates/{templateID}", Templates.GetAsync),
        new("POST", "/templates/{templateID}") { Never = NoRegistry },
        new("DELETE", "/templates/{templateID}", Snapshots.DeleteAsync),
        new("PATCH", "/templates/{templateID}", Templates.UpdateAsync),
        new("GET", "/templates/{templateID}/tags", TemplateTags.ListAsync),
        new("GET", "/templates/{templateID}/files/{hash}", BuildFiles.LinkAsync),
        new("POST", "/templates/{templateID}/builds/{buildID}", Builds.StartFirstVersionAsync),
        new("GET", "/templates/{templateID}/builds/{buildID}/status", Builds.StatusAsync),
        new("GET", "/templates/{templateID}/builds/{buildID}/logs", Builds.LogsAsync),

        // This server's own: in the cloud a build ends by itself, or with all of the team's.
        new("POST", "/local/templates/{templateID}/builds/{buildID}/cancel", Builds.CancelAsync),

        // Open here, since it is the token in the address that it asks for.
        new("PUT", "/local/uploads/{hash}", BuildFiles.PutAsync) { IsOpen = true },

        new("GET", "/volumes", Volumes.ListAsync),
        new("POST", "/volumes", Volumes.CreateAsync),
        new("GET", "/volumes/{volumeID}", Volumes.GetAsync),
        new("DELETE", "/volumes/{volumeID}", Volumes.DeleteAsync),

        // Open here, since it is the volume's token that they ask for.
        new("GET", "/volumecontent/{volumeID}/path", VolumeContent.GetPathAsync) { IsOpen = true },
        new("PATCH", "/volumecontent/{volumeID}/path", VolumeContent.UpdatePathAsync) { IsOpen = true },
        new("DELETE", "/volumecontent/{volumeID}/path", VolumeContent.DeletePathAsync) { IsOpen = true },
        new("GET", "/volumecontent/{volumeID}/dir", VolumeContent.ListDirectoryAsync) { IsOpen = true },
        new("POST", "/volumecontent/{volumeID}/dir", VolumeContent.MakeDirectoryAsync) { IsOpen = true },
        new("GET", "/volumecontent/{volumeID}/file", VolumeContent.ReadFileAsync) { IsOpen = true },
        new("PUT", "/volumecontent/{volumeID}/file", VolumeContent.WriteFileAsync) { IsOpen = true },

        new("GET", "/secrets") { Never = NoSecretProxy },
        new("POST", "/secrets") { Never = NoSecretProxy },
        new("GET", "/secrets/{secretID}") { Never = NoSecretProxy },
        new("POST", "/secrets/{secretID}") { Never = NoSecretProxy },
        new("DELETE", "/secrets/{secretID}") { Never = NoSecretProxy },

        new("GET", "/teams", Account.TeamsAsync),
        new("GET", "/teams/{teamID}/metrics", Account.MetricsAsync),
        new("GET", "/teams/{teamID}/metrics/max", Account.MaxMetricAsync),
        new("GET", "/nodes", Nodes.ListAsync),
        new("GET", "/nodes/{nodeID}", Nodes.GetAsync),
        new("POST", "/nodes/{nodeID}") { Never = NoNodes },
        new("GET", "/api-keys", ApiKeys.ListAsync),
        new("POST", "/api-keys", ApiKeys.CreateAsync),
        new("PATCH", "/api-keys/{apiKeyID}", ApiKeys.RenameAsync),
        new("DELETE", "/api-keys/{apiKeyID}", ApiKeys.DeleteAsync),
        new("POST", "/access-tokens") { Never = NoAccounts },
        new("DELETE", "/access-tokens/{accessTokenID}") { Never = NoAccounts },
        new("POST", "/admin/teams/{teamID}/sandboxes/kill", Account.KillAllAsync),
        new("GET", "/admin/sandboxes/running-counts", Account.RunningCountsAsync),
        new("POST", "/admin/teams/{teamID}/builds/cancel", Builds.CancelAllAsync),
        new("POST", "/admin/teams/{teamID}/api-keys", ApiKeys.CreateAsync),
        new("DELETE", "/admin/teams/{teamID}/api-keys/{apiKeyID}", ApiKeys.DeleteAsync),
    ];

    /// <summary>The route of a request.</summary>
    /// <exception cref="ApiException">404 for an unknown path, 405 for a known one with another method.</exception>
    public static Route Find(string method, string path, out ImmutableDictionary<string, string> parameters)
    {
        string[] segments = path.Split('/');
        string? taken = null;
        foreach (Route route in All)
        {
            if (!route.Matches(segments, out parameters))
            {
                continue;
            }

            if (route.Method == method)
            {
                return route;
            }

            taken ??= route.Path;
        }

        throw taken is null
            ? new ApiException(StatusCodes.Status404NotFound, $"no such route: {method} {path}")
            : new ApiException(StatusCodes.Status405MethodNotAllowed, $"{path} does not take {method}");
    }
}

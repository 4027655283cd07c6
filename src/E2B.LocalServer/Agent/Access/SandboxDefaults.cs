using E2B.Protocol.Rest;

namespace E2B.LocalServer.Agent.Access;

/// <summary>What holds for requests that do not say otherwise. Told by the control plane, read by every request.</summary>
internal sealed class SandboxDefaults
{
    private readonly KeyValuePair<string, string> _own;
    private volatile IReadOnlyDictionary<string, string> _environment;
    private volatile string _user;
    private volatile string? _workdir;

    /// <param name="user">The user until the control plane names another.</param>
    /// <param name="isSandbox">Whether this is a sandbox; otherwise it is a daemon for trying things out.</param>
    public SandboxDefaults(string user, bool isSandbox)
    {
        _user = user;
        _own = new("E2B_SANDBOX", isSandbox ? "true" : "false");
        _environment = new Dictionary<string, string>([_own]);
    }

    public string User => _user;

    public string? Workdir => _workdir;

    /// <summary>Variables of every process.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment;

    public void Apply(InitRequest request)
    {
        if (request.EnvVars is { } variables)
        {
            // What the sandbox says of itself cannot be changed from outside.
            _environment = new Dictionary<string, string>(variables) { [_own.Key] = _own.Value };
        }

        if (!string.IsNullOrEmpty(request.DefaultUser))
        {
            _user = request.DefaultUser;
        }

        if (!string.IsNullOrEmpty(request.DefaultWorkdir))
        {
            _workdir = request.DefaultWorkdir;
        }
    }
}

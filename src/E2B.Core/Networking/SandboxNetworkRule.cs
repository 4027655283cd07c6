using E2B.Protocol.Rest;

namespace E2B;

/// <summary>What the service changes in a sandbox's HTTP requests to a host, so that the sandbox does not see it.</summary>
public sealed class SandboxNetworkRule
{
    /// <summary>Makes a rule that sets headers.</summary>
    /// <param name="headers">
    /// Names and values, in place of headers of these names that the request has. A value can have
    /// <see cref="SandboxIdentityToken.Placeholder"/> in it.
    /// </param>
    public SandboxNetworkRule(IReadOnlyDictionary<string, string> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        Model = new NetworkRuleModel { Transform = new NetworkTransformModel { Headers = headers.ToDictionary(pair => pair.Key, pair => pair.Value) } };
    }

    internal SandboxNetworkRule(NetworkRuleModel model) => Model = model;

    /// <summary>The names of the headers. Their values can be secrets and are not shown.</summary>
    public IReadOnlyCollection<string> HeaderNames => (Model.Transform?.Headers?.Keys ?? []).ToArray();

    internal NetworkRuleModel Model { get; }

    /// <summary>The names of the headers.</summary>
    public override string ToString() => string.Join(", ", HeaderNames);
}

namespace E2B.Protocol.Rest;

/// <summary>The local server's answer to <c>POST /local/sandboxes/{id}/ports/{port}</c>.</summary>
/// <param name="Url">A listener on this machine that leads to the port.</param>
public sealed record LocalPortModel(string Url);

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using E2B.LocalServer.ControlPlane;
using E2B.Protocol;

namespace E2B.LocalServer.Edge;

/// <summary>Which sandbox, and which of its ports, a request is for.</summary>
internal readonly record struct EdgeTarget(string SandboxId, int Port)
{
    /// <summary>Finds the target.</summary>
    /// <returns><see langword="null"/> when the request is for the control plane.</returns>
    /// <exception cref="EdgeException">It is for a sandbox, but does not say for which.</exception>
    public static EdgeTarget? Of(HttpRequest request, SandboxRegistry sandboxes, ServerLimits limits)
    {
        // Several values become one that is no id and no port.
        string? id = request.Headers[E2BHeaders.SandboxId];
        string? port = request.Headers[E2BHeaders.SandboxPort];
        if (!limits.OneMeaningOnly)
        {
            (id, port) = (AnyOf(id), AnyOf(port));
        }

        bool hasHeaders = !string.IsNullOrEmpty(id) || !string.IsNullOrEmpty(port);

        // A host name that names a sandbox decides; headers count only under the common names, as in the cloud.
        if ((limits.OneMeaningOnly || !hasHeaders) && FromHost(HostNames.Name(request.Host)) is { } byHost)
        {
            return byHost;
        }

        if (hasHeaders)
        {
            return FromHeaders(id, port);
        }

        return request.Path == "/files" && request.Query.ContainsKey("signature") ? FromSignature(request, sandboxes) : null;
    }

    // `<port>-<id>.localhost`, with anything between.
    private static EdgeTarget? FromHost(string host)
    {
        int dash = host.IndexOf('-', StringComparison.Ordinal);
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        if (dash <= 0 || dot < dash || host.AsSpan(0, dash).ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        return FromHeaders(host[(dash + 1)..dot].ToLowerInvariant(), host[..dash]);
    }

    // What careless servers make of it.
    private static string? AnyOf(string? value) => value?.Split(',')[0].Split('/')[^1];

    private static EdgeTarget FromHeaders(string? id, string? port)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(port))
        {
            throw EdgeException.BadRequest($"missing header {(string.IsNullOrEmpty(id) ? E2BHeaders.SandboxId : E2BHeaders.SandboxPort)}");
        }

        if (!ControlPlane.SandboxId.IsValid(id))
        {
            throw EdgeException.BadRequest("Invalid sandbox ID");
        }

        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535
            ? new EdgeTarget(id, number)
            : throw EdgeException.BadRequest("Invalid sandbox port");
    }

    // A signed link under the common name has neither header nor host: only the sandbox whose token made the signature
    // can be meant. Whether the link is still valid is the agent's to judge.
    private static EdgeTarget FromSignature(HttpRequest request, SandboxRegistry sandboxes)
    {
        string path = request.Query["path"].ToString();
        string user = request.Query["username"].ToString();
        string given = request.Query["signature"].ToString();
        string until = request.Query["signature_expiration"].ToString();
        long? expiration = null;
        if (until.Length > 0)
        {
            expiration = long.TryParse(until, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
                ? seconds
                : throw EdgeException.BadRequest("invalid signature_expiration");
        }

        string operation = HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) ? "write" : "read";
        byte[] wanted = Encoding.UTF8.GetBytes(given);
        foreach (Sandbox sandbox in sandboxes.Running)
        {
            if (sandbox.AccessToken is { } token
                && CryptographicOperations.FixedTimeEquals(wanted, Encoding.UTF8.GetBytes(FileSignature.Compute(path, operation, user, token, expiration))))
            {
                return new EdgeTarget(sandbox.Id, E2BDefaults.DaemonPort);
            }
        }

        throw new EdgeException(new EdgeError("invalid signature: it is that of no running sandbox", StatusCodes.Status401Unauthorized));
    }
}

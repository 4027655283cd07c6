using System.Globalization;
using System.Text;
using E2B.Protocol;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace E2B.LocalServer.Edge;

/// <summary>The first lines of a request as they go into a sandbox.</summary>
internal sealed class RequestHead
{
    private const string ForwardedHost = "X-Forwarded-Host";

    // What ends here: which sandbox was meant is said by the edge, whatever the client wrote.
    private static readonly HashSet<string> _notPassedOn = new(HopByHopHeaders.Names, StringComparer.OrdinalIgnoreCase)
    {
        E2BHeaders.SandboxId, E2BHeaders.SandboxPort, HeaderNames.ContentLength,
    };

    private RequestHead(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    public bool HasBody { get; private init; }

    public bool IsChunked { get; private init; }

    /// <summary>The client waits for 100 before it sends the body.</summary>
    public bool ExpectsContinue { get; private init; }

    /// <summary>The client asks to speak something else on this connection, as WebSockets do.</summary>
    public bool IsUpgrade { get; private init; }

    /// <param name="context">The request.</param>
    /// <param name="target">What it is for.</param>
    /// <param name="hostMask">What the sandbox is told as the host; the client's own word when <see langword="null"/>.</param>
    public static RequestHead Of(HttpContext context, EdgeTarget target, string? hostMask)
    {
        HttpRequest request = context.Request;
        bool hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;
        bool isUpgrade = context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest ?? false;
        bool isChunked = hasBody && request.ContentLength is null && !isUpgrade;

        var text = new StringBuilder(1024)
            .Append(request.Method).Append(' ').Append(TargetOf(context)).Append(" HTTP/1.1\r\n")
            .Append("Host: ").Append(hostMask ?? (request.Host.HasValue ? request.Host.Value : "localhost")).Append("\r\n");
        if (hostMask is not null)
        {
            text.Append(ForwardedHost).Append(": ").Append(request.Host.Value).Append("\r\n");
        }

        string[] forThisHop = request.Headers.Connection.SelectMany(value => value?.Split(',', StringSplitOptions.TrimEntries) ?? []).ToArray();
        foreach ((string name, StringValues values) in request.Headers)
        {
            if (_notPassedOn.Contains(name) || (hostMask is not null && name.Equals(ForwardedHost, StringComparison.OrdinalIgnoreCase)) || name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase) || forThisHop.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (string? value in values)
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        text.Append(E2BHeaders.SandboxId).Append(": ").Append(target.SandboxId).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"{E2BHeaders.SandboxPort}: {target.Port}\r\n");
        if (isUpgrade)
        {
            text.Append("Connection: Upgrade\r\nUpgrade: ").Append(request.Headers.Upgrade.ToString()).Append("\r\n");
        }
        else if (isChunked)
        {
            text.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (request.ContentLength is { } length)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        text.Append("\r\n");
        return new RequestHead(Encoding.Latin1.GetBytes(text.ToString()))
        {
            HasBody = hasBody && !isUpgrade,
            IsChunked = isChunked,
            ExpectsContinue = request.Headers.Expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase),
            IsUpgrade = isUpgrade,
        };
    }

    // As the client wrote it, escapes and all: the path is a file's name, and only the agent knows which spelling it means.
    private static string TargetOf(HttpContext context)
    {
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return raw.StartsWith('/') || raw == "*" ? raw : context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
    }
}

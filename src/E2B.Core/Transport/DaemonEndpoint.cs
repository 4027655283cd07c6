using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using E2B.Protocol;

namespace E2B.Transport;

/// <summary>Where a sandbox's daemon is and what it wants to see. Everything that is the same for all requests is made once.</summary>
internal sealed class DaemonEndpoint
{
    private static readonly string _port = E2BDefaults.DaemonPort.ToString(CultureInfo.InvariantCulture);

    private readonly string _base;
    private readonly string _userAgent;
    private readonly AuthenticationHeaderValue? _defaultUser;

    public DaemonEndpoint(E2BConnection connection, string sandboxId, SandboxAccess access)
    {
        SandboxId = sandboxId;
        Access = access;
        Version = new DaemonVersion(access.EnvdVersion);
        Url = connection.GetDaemonUrl(sandboxId, access.Domain);
        _base = Url.AbsoluteUri.TrimEnd('/');
        _userAgent = connection.UserAgent;
        _defaultUser = Version.HasDefaultUser ? null : BasicUser(E2BDefaults.User);
    }

    public string SandboxId { get; }

    public SandboxAccess Access { get; }

    public DaemonVersion Version { get; }

    public Uri Url { get; }

    /// <summary>A request to the daemon.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pathAndQuery">From the slash on.</param>
    public HttpRequestMessage NewRequest(HttpMethod method, string pathAndQuery)
    {
        var request = new HttpRequestMessage(method, new Uri(_base + pathAndQuery));
        HttpRequestHeaders headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", _userAgent);
        headers.TryAddWithoutValidation(E2BHeaders.SandboxId, SandboxId);
        headers.TryAddWithoutValidation(E2BHeaders.SandboxPort, _port);
        if (Access.AccessToken is not null)
        {
            headers.TryAddWithoutValidation(E2BHeaders.AccessToken, Access.AccessToken);
        }

        return request;
    }

    /// <summary>A Connect request to the daemon.</summary>
    /// <param name="method"><c>/package.Service/Method</c>.</param>
    /// <param name="body">The message, in a frame where the call streams.</param>
    /// <param name="contentType">The codec's content type for this kind of call.</param>
    /// <param name="user">The Linux user; <see langword="null"/> means the default one.</param>
    public HttpRequestMessage NewCall(string method, ReadOnlyMemory<byte> body, MediaTypeHeaderValue contentType, string? user)
    {
        HttpRequestMessage request = NewRequest(HttpMethod.Post, method);
        request.Headers.TryAddWithoutValidation(E2BHeaders.ConnectProtocolVersion, "1");
        request.Headers.Authorization = string.IsNullOrEmpty(user) ? _defaultUser : BasicUser(user);
        request.Content = new ReadOnlyMemoryContent(body);
        request.Content.Headers.ContentType = contentType;
        return request;
    }

    /// <summary>The user for a query: the one given, or the one that an old daemon needs to be told.</summary>
    public string? UserForQuery(string? user) => !string.IsNullOrEmpty(user) ? user
        : Version.HasDefaultUser ? null : E2BDefaults.User;

    private static AuthenticationHeaderValue BasicUser(string user) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":")));
}

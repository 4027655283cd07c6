using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using E2B.Errors;
using E2B.Mcp;
using E2B.Protocol;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <summary>What the control plane does with sandboxes.</summary>
/// <remarks>
/// Every method can throw <see cref="E2BAuthenticationException"/>, <see cref="E2BRateLimitException"/>,
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed partial class SandboxOperations
{
    /// <summary>How long it is tried to end a sandbox that nobody would know of.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(5);

    private readonly E2BClient _client;
    private readonly ControlPlane _plane;

    internal SandboxOperations(E2BClient client)
    {
        _client = client;
        _plane = new ControlPlane(client);
    }

    /// <summary>Makes a sandbox. It runs when this returns. In debug mode it is the one on this machine, without a call.</summary>
    /// <remarks>
    /// Never two: the request is sent again only where the server cannot have acted on it. A sandbox whose answer got
    /// lost, because the request timed out or the connection broke, is looked for, for up to 20 s, by the label
    /// <c>e2b-dotnet-request-id</c>, which every sandbox gets and which <see cref="SandboxInfo.Metadata"/> leaves out.
    /// </remarks>
    /// <param name="options">The sandbox to make.</param>
    /// <param name="cancellationToken">Gives up. A sandbox that is made all the same within 5 s is ended again.</param>
    /// <exception cref="E2BNotFoundException">There is no such template.</exception>
    /// <exception cref="E2BInvalidArgumentException">An option cannot be, alone or with another.</exception>
    /// <exception cref="E2BTemplateException">The template is too old for this library; the sandbox was ended again.</exception>
    /// <exception cref="E2BMcpException">The MCP servers could not be started; the sandbox was ended again.</exception>
    public async Task<Sandbox> CreateAsync(SandboxCreateOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (_client.Connection.Debug)
        {
            return Attach(E2BDefaults.DebugSandboxId, new SandboxAccess { EnvdVersion = DaemonVersion.Newest });
        }

        options ??= new SandboxCreateOptions();
        NewSandboxRequest request = CreateRequest.From(options);
        SandboxModel made = await new SandboxCreation(_client, _plane, request).SendAsync(cancellationToken).ConfigureAwait(false);
        if (!new DaemonVersion(made.EnvdVersion).IsSupported)
        {
            await EndQuietlyAsync(made.SandboxID).ConfigureAwait(false);
            throw new E2BTemplateException(
                $"The template '{request.TemplateID}' is too old: its daemon has version {made.EnvdVersion}. Build the template again.")
            {
                SandboxId = made.SandboxID,
            };
        }

        var sandbox = new Sandbox(_client, made.SandboxID, SandboxModels.ToAccess(made), isAccessKnown: true, SandboxModels.ToInfo(made, request));
        if (options.Mcp is not null)
        {
            await McpGateway.StartAsync(sandbox, options.Mcp, options.McpStartTimeout, cancellationToken).ConfigureAwait(false);
        }

        return sandbox;
    }

    /// <summary>What the control plane says about a sandbox.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    public async Task<SandboxInfo> GetAsync(string sandboxId, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        RestCall call = About(sandboxId, HttpMethod.Get, string.Empty, "get", Repeat.Safe);
        return SandboxModels.ToInfo(
            await _plane.SendAsync(call, RestJson.Default.SandboxDetailModel, cancellationToken).ConfigureAwait(false), isDetailed: true);
    }

    /// <summary>Lists sandboxes. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="filter">Which ones; <see langword="null"/> means all, running and paused.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<SandboxInfo> ListAsync(
        SandboxListFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IAsyncEnumerable<SandboxDetailModel> models = _plane.ListAsync(
            "/v2/sandboxes" + ToQuery(filter ?? new SandboxListFilter()), "list sandboxes", RestJson.Default.IReadOnlyListSandboxDetailModel, cancellationToken);
        await foreach (SandboxDetailModel model in models.ConfigureAwait(false))
        {
            yield return SandboxModels.ToInfo(model, isDetailed: false);
        }
    }

    /// <summary>Ends a sandbox with all it holds. In debug mode nothing happens.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was not there.</returns>
    public async Task<bool> KillAsync(string sandboxId, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        if (_client.Connection.Debug)
        {
            return true;
        }

        try
        {
            RestCall call = About(sandboxId, HttpMethod.Delete, string.Empty, "kill", Repeat.Safe);
            await _plane.SendAsync(call, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SandboxNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Sets how long a sandbox lives, counted from now: longer or shorter than before.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="timeout">The lifetime from now on, rounded up to whole seconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox, or it is paused.</exception>
    public Task SetTimeoutAsync(string sandboxId, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        return _plane.SendAsync(
            About(sandboxId, HttpMethod.Post, "/timeout", "set the lifetime of", Repeat.Safe, ToJson(timeout)) with { Missing = Missing.RunningSandbox },
            cancellationToken);
    }

    /// <summary>A sandbox object of what <see cref="ListAsync"/> or <see cref="GetAsync"/> returned, without a call.</summary>
    /// <param name="info">What was returned.</param>
    /// <remarks>A list does not tell access tokens: the object then asks for it when it is first needed.</remarks>
    public Sandbox Attach(SandboxInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return new Sandbox(_client, info.SandboxId, SandboxModels.ToAccess(info), isAccessKnown: info.IsDetailed || _client.Connection.Debug, info);
    }

    /// <summary>A sandbox object of an id, without a call.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="access">What is needed to talk to it; <see langword="null"/> lets the object ask for it when it is first needed.</param>
    public Sandbox Attach(string sandboxId, SandboxAccess? access = null)
    {
        RequireId(sandboxId);
        return new Sandbox(_client, sandboxId, access ?? new SandboxAccess(), isAccessKnown: access is not null || _client.Connection.Debug);
    }

    /// <summary>Finds out what is needed to talk to a sandbox, leaving its lifetime as it is.</summary>
    internal async Task<SandboxAccess> GetAccessAsync(string sandboxId, CancellationToken cancellationToken) =>
        SandboxModels.ToAccess(await GetAsync(sandboxId, cancellationToken).ConfigureAwait(false));

    internal static RestCall About(string sandboxId, HttpMethod method, string rest, string verb, Repeat repeat, byte[]? body = null) => new(
        method, $"/sandboxes/{Uri.EscapeDataString(sandboxId)}{rest}", $"{verb} the sandbox {sandboxId}", repeat, body, sandboxId, Missing.Sandbox);

    /// <summary>Ends a sandbox that its caller will not have, as far as that can be done in a short time. Giving up does not stop it.</summary>
    internal async Task EndQuietlyAsync(string sandboxId)
    {
        using var limit = new CancellationTokenSource(_endLimit);
        try
        {
            await KillAsync(sandboxId, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // Then it ends with its lifetime. What went wrong first is the better reason.
        }
    }

    private static byte[] ToJson(TimeSpan? timeout) =>
        JsonSerializer.SerializeToUtf8Bytes(new TimeoutRequest(SandboxModels.ToSeconds(timeout)), RestJson.Default.TimeoutRequest);

    internal static void RequireId(string sandboxId)
    {
        if (string.IsNullOrWhiteSpace(sandboxId))
        {
            throw new E2BInvalidArgumentException("The sandbox's id is empty.");
        }
    }

    private static string ToQuery(SandboxListFilter filter)
    {
        var query = new StringBuilder();
        void Add(string name, string value) =>
            query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));

        if (filter.Metadata is { Count: > 0 } metadata)
        {
            // A query within the query, so escaped twice.
            Add("metadata", string.Join('&', metadata.Select(
                pair => $"{Uri.EscapeDataString(Uri.EscapeDataString(pair.Key))}={Uri.EscapeDataString(Uri.EscapeDataString(pair.Value))}")));
        }

        if (filter.States is { Count: > 0 } states)
        {
            Add("state", string.Join(',', states.Distinct().Select(ToWireName)));
        }

        if (!string.IsNullOrEmpty(filter.Template))
        {
            Add("template", filter.Template);
        }

        if (filter.StartedAfter is { } startedAfter)
        {
            Add("startedAfter", startedAfter.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null));
        }

        if (filter.OldestFirst)
        {
            Add("order", "asc");
        }

        if (filter.PageSize is { } size)
        {
            Add("limit", size > 0 ? size.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : throw new E2BInvalidArgumentException("A page has at least one sandbox."));
        }

        return query.ToString();
    }

    private static string ToWireName(SandboxState state) => state switch
    {
        SandboxState.Running => "running",
        SandboxState.Paused => "paused",
        _ => throw new E2BInvalidArgumentException("Sandboxes can be listed by the states Running and Paused."),
    };
}

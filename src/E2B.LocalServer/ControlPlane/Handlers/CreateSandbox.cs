using System.Text.Json;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>POST /v2/sandboxes</c>, which clients from 2.51 on call, and <c>POST /sandboxes</c>, which the older ones do.</summary>
internal static class CreateSandbox
{
    /// <summary>First version: open unless asked to be secure.</summary>
    public static Task HandleAsync(ApiCall call) => HandleAsync(call, alwaysSecure: false, ServerFacts.DefaultLifetime);

    /// <summary>Second version: always secure, and a longer life unless asked otherwise.</summary>
    public static Task HandleV2Async(ApiCall call) => HandleAsync(call, alwaysSecure: true, ServerFacts.DefaultLifetimeV2);

    private static async Task HandleAsync(ApiCall call, bool alwaysSecure, TimeSpan defaultLifetime)
    {
        NewSandboxRequest request = await call.ReadAsync(RestJson.Default.NewSandboxRequest);
        SandboxOrder order = Check(call.Services, request, alwaysSecure || (request.Secure ?? false), defaultLifetime);
        Sandbox sandbox = await call.Sandboxes.CreateAsync(order, call.Aborted);
        await call.WriteAsync(StatusCodes.Status201Created, sandbox.ToModel(call.ServerPort), RestJson.Default.SandboxModel);
    }

    /// <summary>What is asked for, or why it cannot be had. Unknown members are ignored, as the cloud ignores them.</summary>
    private static SandboxOrder Check(SandboxServices services, NewSandboxRequest request, bool secure, TimeSpan defaultLifetime)
    {
        Template template = services.Templates.Find(request.TemplateID ?? throw ApiException.BadRequest("Error when parsing request: templateID is null"));
        TimeSpan lifetime = Lifetimes.Optional(request.Timeout, defaultLifetime);
        CheckPausing(services, request);
        RefuseNotOffered(request);
        CheckMcp(request.Mcp);
        CheckStrings("metadata", request.Metadata);
        CheckStrings("envVars", request.EnvVars);
        if (request.EnvVars?.FirstOrDefault(one => one.Key.Length == 0 || one.Key.Contains('=', StringComparison.Ordinal) || (one.Key + one.Value).Contains('\0', StringComparison.Ordinal)) is { Key: { } bad })
        {
            throw ApiException.BadRequest($"envVars: '{bad}' cannot be an environment variable");
        }

        return new SandboxOrder
        {
            Template = template,
            Lifetime = lifetime,
            Secure = secure,
            AutoPause = request.AutoPause ?? false,
            AutoPauseFilesOnly = request.AutoPauseMemory == false,
            AutoResume = request.AutoResume?.Enabled ?? false,
            AllowInternetAccess = request.AllowInternetAccess,
            Network = NetworkCheck.Read(request.Network, secure),
            Metadata = request.Metadata,
            EnvVars = request.EnvVars,
            VolumeMounts = VolumeMounts.Read(services, request.VolumeMounts),
        };
    }

    private static void CheckPausing(SandboxServices services, NewSandboxRequest request)
    {
        if (request.AutoPauseMemory == false && request.AutoPause != true)
        {
            throw ApiException.BadRequest("autoPauseMemory=false only applies when autoPause is true.");
        }

        if (request.AutoPauseMemory == false && request.AutoResume?.Enabled == true)
        {
            throw ApiException.BadRequest(
                "autoPauseMemory=false (filesystem-only auto-pause) cannot be combined with autoResume: a filesystem-only snapshot cannot be auto-resumed by traffic and must be resumed explicitly.");
        }

        if ((request.AutoPause == true || request.AutoResume?.Enabled == true) && !services.CanPause)
        {
            throw ApiException.NeedsContainers();
        }
    }

    private static void RefuseNotOffered(NewSandboxRequest request)
    {
        string? what =
            AsksForIam(request.Iam) ? "iam" :
            null;
        if (what is not null)
        {
            throw ApiException.NotOffered($"the option {what}");
        }
    }

    // It is the client that starts the servers, by the program mcp-gateway of the template, and ends the sandbox where that fails.
    private static void CheckMcp(JsonElement? mcp)
    {
        if (IsGiven(mcp) && mcp!.Value.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadRequest("Error when parsing request: mcp is no object");
        }
    }

    private static bool IsGiven(JsonElement? element) => element is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };

    private static bool AsksForIam(JsonElement? iam) =>
        IsGiven(iam)
        && (iam!.Value.ValueKind != JsonValueKind.Object
            || (iam.Value.TryGetProperty("tokens", out JsonElement tokens)
                && tokens.ValueKind != JsonValueKind.Null
                && (tokens.ValueKind != JsonValueKind.Object || tokens.EnumerateObject().Any())));

    private static void CheckStrings(string name, IDictionary<string, string>? values)
    {
        if (values?.FirstOrDefault(one => one.Value is null) is { Key: { } key })
        {
            throw ApiException.BadRequest($"Error when parsing request: {name}.{key} is null");
        }
    }
}

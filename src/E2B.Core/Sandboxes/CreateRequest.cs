using System.Text.Json;
using System.Text.Json.Nodes;
using E2B.Mcp;
using E2B.Networking;
using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.Sandboxes;

/// <summary>From the options of a create to its body. What cannot be is refused here, before anything is sent.</summary>
internal static class CreateRequest
{
    /// <exception cref="E2BInvalidArgumentException">An option cannot be, alone or with another.</exception>
    public static NewSandboxRequest From(SandboxCreateOptions options)
    {
        CheckEndOfLife(options);
        if (options.Template is not null && string.IsNullOrWhiteSpace(options.Template))
        {
            throw new E2BInvalidArgumentException("The template is empty. Give its name, name:tag or id, or a snapshot's id, or leave it out for the usual one.");
        }

        if (options.Timeout <= TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException($"A sandbox cannot live {options.Timeout}. Give a positive lifetime, or none for 300 s.");
        }

        if (options.Network?.AllowPublicTraffic == false && !options.Secure)
        {
            throw new E2BInvalidArgumentException("Ports without public traffic need a secure sandbox. Leave Secure on.");
        }

        CheckLabels(options.Metadata);
        CheckVariables(options.Environment);
        CheckVolumes(options.VolumeMounts);
        foreach ((string name, SandboxIdentityToken token) in options.IdentityTokens ?? new Dictionary<string, SandboxIdentityToken>())
        {
            CheckToken(name, token);
        }

        return new NewSandboxRequest
        {
            TemplateID = options.Template ?? (options.Mcp is null ? E2BDefaults.Template : McpGateway.Template),
            Timeout = SandboxModels.ToSeconds(options.Timeout),
            Metadata = options.Metadata,
            EnvVars = options.Environment,
            Secure = options.Secure,
            AllowInternetAccess = options.AllowInternetAccess ?? true,
            Network = options.Network is { } network
                ? JsonSerializer.SerializeToElement(
                    NetworkModels.ToModel(network, options.AllowInternetAccess, options.IdentityTokens?.Keys.ToArray() ?? []), RestJson.Default.NetworkModel)
                : null,
            Iam = options.IdentityTokens is { Count: > 0 } tokens
                ? JsonSerializer.SerializeToElement(
                    new IamModel(tokens.ToDictionary(pair => pair.Key, pair => new IamTokenModel(pair.Value.Audience, pair.Value.TokenType))), RestJson.Default.IamModel)
                : null,
            Mcp = options.Mcp is { } mcp ? ToElement(mcp) : null,
            AutoPause = options.OnTimeout is { } action ? action == SandboxTimeoutAction.Pause : null,
            AutoPauseMemory = options.KeepMemory,
            AutoResume = options.AutoResume is { } resume ? new AutoResumeModel(resume) : null,
            VolumeMounts = options.VolumeMounts?.Select(mount => new VolumeMountModel(mount.Value, mount.Key)).ToList(),
        };
    }

    private static void CheckEndOfLife(SandboxCreateOptions options)
    {
        bool pauses = options.OnTimeout switch
        {
            null or SandboxTimeoutAction.Kill => false,
            SandboxTimeoutAction.Pause => true,
            _ => throw new E2BInvalidArgumentException($"'{options.OnTimeout}' is nothing that can happen at the end of a lifetime. Kill and Pause are."),
        };
        if (options.KeepMemory is not null && !pauses)
        {
            throw new E2BInvalidArgumentException("KeepMemory goes only with OnTimeout = Pause.");
        }

        if (options.AutoResume == true && !pauses)
        {
            throw new E2BInvalidArgumentException("AutoResume goes only with OnTimeout = Pause.");
        }

        if (options.AutoResume == true && options.KeepMemory == false)
        {
            throw new E2BInvalidArgumentException(
                "AutoResume needs the memory: a sandbox paused without it cannot be woken by traffic. Connect to it instead.");
        }
    }

    private static void CheckLabels(IDictionary<string, string>? labels)
    {
        foreach ((string name, string value) in labels ?? new Dictionary<string, string>())
        {
            if (name.Length == 0 || value is null)
            {
                throw new E2BInvalidArgumentException($"The label '{name}' has no name or no value. Both are text; the value may be empty.");
            }
        }
    }

    private static void CheckVariables(IDictionary<string, string>? variables)
    {
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>())
        {
            // Values are not shown: they can be secrets.
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
            {
                throw new E2BInvalidArgumentException($"'{name.Replace('\0', '?')}' cannot be the name of an environment variable: it is empty, or has '=' or a null character.");
            }

            if (value is null || value.Contains('\0', StringComparison.Ordinal))
            {
                throw new E2BInvalidArgumentException($"The environment variable {name} has no value, or one with a null character. It may be empty.");
            }
        }
    }

    private static void CheckVolumes(IDictionary<string, string>? mounts)
    {
        foreach ((string path, string volume) in mounts ?? new Dictionary<string, string>())
        {
            if (path.Length < 2 || path[0] != '/' || path.EndsWith('/') || path.Contains('\0', StringComparison.Ordinal)
                || path[1..].Split('/').Any(static part => part is "" or "." or ".."))
            {
                throw new E2BInvalidArgumentException($"'{path}' is no directory that a volume can be mounted at. Give an absolute path without '.', '..' and '/' at its end, as in /mnt/data.");
            }

            if (string.IsNullOrWhiteSpace(volume))
            {
                throw new E2BInvalidArgumentException($"There is no volume named for {path}. Volumes are given as directory = name of the volume.");
            }
        }
    }

    private static void CheckToken(string name, SandboxIdentityToken token)
    {
        SandboxIdentityToken.CheckName(name);
        if (string.IsNullOrWhiteSpace(token?.Audience) || string.IsNullOrWhiteSpace(token.TokenType))
        {
            throw new E2BInvalidArgumentException($"The identity token '{name}' has no audience or no type. Say for whom it is, as in sts.amazonaws.com.");
        }
    }

    private static JsonElement ToElement(JsonObject json)
    {
        using JsonDocument document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
    }
}

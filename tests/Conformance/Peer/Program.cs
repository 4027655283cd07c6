// E2B.Core at the other end of a pipe: reads requests from stdin, a JSON object a line, and answers each with a line.
// The tests of the official client use it to see both clients do the same, and each read what the other wrote.
using System.Text.Json;
using System.Text.Json.Nodes;
using E2B;
using E2B.Conformance;

using var client = new E2BClient(new E2BConnectionOptions());
while (await Console.In.ReadLineAsync() is { } line)
{
    JsonNode request = JsonNode.Parse(line)!;
    JsonNode? answer;
    try
    {
        answer = new JsonObject { ["value"] = await AnswerAsync(request) };
    }
    catch (E2BException e)
    {
        answer = new JsonObject { ["error"] = e.GetType().Name, ["message"] = e.Message };
    }

    Console.WriteLine(answer.ToJsonString());
}

async Task<JsonNode?> AnswerAsync(JsonNode request)
{
    string Text(string name) => (string)request[name]!;
    if (Text("do") == "portUrl")
    {
        return await PortUrlAsync(request);
    }

    TimeSpan? Seconds(string name) => (double?)request[name] is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    switch (Text("do"))
    {
        case "createWith":
            return (await client.Sandboxes.CreateAsync(CreateOptions(request["options"]!))).SandboxId;
        case "updateNetwork":
            var update = new SandboxNetworkUpdate { AllowInternetAccess = (bool?)request["options"]!["allowInternetAccess"] };
            SetEgress(update, request["options"]!);
            await client.Sandboxes.UpdateNetworkAsync(Text("sandbox"), update);
            return null;
        case "defineTemplate":
            return TemplateAnswers.Define(request["calls"]!.AsArray());
    }

    Sandbox sandbox = client.Sandboxes.Attach(Text("sandbox"), new SandboxAccess
    {
        AccessToken = (string?)request["token"],
        EnvdVersion = (string?)request["version"],
        Domain = (string?)request["domain"],
    });
    var options = new SandboxFileOptions
    {
        User = (string?)request["user"],
        Gzip = (bool?)request["gzip"] ?? false,
        Metadata = request["metadata"]?.Deserialize<Dictionary<string, string>>(),
    };
    var link = new FileUrlOptions
    {
        User = (string?)request["user"],
        Expires = (double?)request["expires"] is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };
    FilesClient files = sandbox.Files;
    switch (Text("do"))
    {
        case "create":
            return (await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = Text("template") })).SandboxId;
        case "pause":
            return await sandbox.PauseAsync((bool?)request["keepMemory"] ?? true);
        case "resume":
            return (await sandbox.ResumeAsync(Seconds("timeout"), (bool?)request["keepMemory"] ?? true)).ResumedFrom.ToString();
        case "endAt":
            return (await sandbox.GetInfoAsync()).EndAt.ToUnixTimeMilliseconds();
        case "fork":
            IReadOnlyList<SandboxForkResult> forks = await sandbox.ForkAsync(new SandboxForkOptions { Count = (int)request["count"]!, Timeout = Seconds("timeout") });
            return new JsonArray([.. forks.Select(one => JsonValue.Create(one.IsSuccess ? one.Sandbox.SandboxId : one.Error.GetType().Name))]);
        case "snapshot":
            return Snapshot(await sandbox.CreateSnapshotAsync((string?)request["name"]));
        case "snapshots":
            var snapshots = new JsonArray();
            await foreach (SnapshotInfo one in client.Snapshots.ListAsync(new SnapshotListFilter
            {
                SandboxId = (string?)request["of"],
                Name = (string?)request["name"],
                PageSize = (int?)request["limit"],
            }))
            {
                snapshots.Add(Snapshot(one));
            }

            return snapshots;
        case "deleteSnapshot":
            return await client.Snapshots.DeleteAsync(Text("snapshot"));
        case "write":
            return Entry(await files.WriteAsync(Text("path"), Convert.FromBase64String(Text("content")), options));
        case "writeMany":
            IReadOnlyList<SandboxEntry> written = await files.WriteManyAsync(
                request["files"]!.AsObject().Select(file => new SandboxFileContent(file.Key, Convert.FromBase64String((string)file.Value!))), options);
            return new JsonArray([.. written.Select(Entry)]);
        case "read":
            return Convert.ToBase64String(await files.ReadBytesAsync(Text("path"), options));
        case "info":
            return Entry(await files.GetInfoAsync(Text("path"), options));
        case "list":
            return new JsonArray([.. (await files.ListAsync(Text("path"), (int)request["depth"]!, options)).Select(Entry)]);
        case "downloadUrl":
            return (await files.GetDownloadUrlAsync(Text("path"), link)).AbsoluteUri;
        case "uploadUrl":
            return (await files.GetUploadUrlAsync((string?)request["path"], link)).AbsoluteUri;
        case var git when git.StartsWith("git", StringComparison.Ordinal):
            return await GitAnswers.AnswerAsync(sandbox.Git, request);
        case "metrics":
            DateTimeOffset? Moment(string name) => (long?)request[name] is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;
            return new JsonArray([.. (await sandbox.GetMetricsAsync(Moment("start"), Moment("end"))).Select(Metric)]);
        default:
            throw new InvalidOperationException($"nobody knows how to {Text("do")}");
    }
}

// The official client's options, as those of Core.
static SandboxCreateOptions CreateOptions(JsonNode options)
{
    JsonNode? onTimeout = options["lifecycle"]?["onTimeout"];
    string? action = onTimeout is JsonObject ? (string?)onTimeout["action"] : (string?)onTimeout;
    var made = new SandboxCreateOptions
    {
        Template = (string?)options["template"],
        Timeout = (int?)options["timeoutMs"] is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        Metadata = options["metadata"]?.Deserialize<Dictionary<string, string>>(),
        Environment = options["envs"]?.Deserialize<Dictionary<string, string>>(),
        AllowInternetAccess = (bool?)options["allowInternetAccess"],
        OnTimeout = action is null ? null : Enum.Parse<SandboxTimeoutAction>(action, ignoreCase: true),
        KeepMemory = onTimeout is JsonObject ? (bool?)onTimeout["keepMemory"] : null,
        AutoResume = (bool?)options["lifecycle"]?["autoResume"],
        VolumeMounts = options["volumeMounts"]?.Deserialize<Dictionary<string, string>>(),
        Mcp = options["mcp"]?.AsObject(),
        IdentityTokens = options["iam"]?["tokens"]!.AsObject().ToDictionary(
            token => token.Key, token => new SandboxIdentityToken((string)token.Value!["audience"]!, (string)token.Value["tokenType"]!)),
    };
    if (options["network"] is { } network)
    {
        made.Network = new SandboxNetworkOptions
        {
            AllowPublicTraffic = (bool?)network["allowPublicTraffic"],
            MaskRequestHost = (string?)network["maskRequestHost"],
            HttpsPorts = network["httpsPorts"]?.Deserialize<int[]>(),
        };
        SetEgress(made.Network, network);
    }

    return made;
}

static void SetEgress(SandboxEgressOptions options, JsonNode network)
{
    options.AllowOut = network["allowOut"]?.Deserialize<string[]>();
    options.DenyOut = network["denyOut"]?.Deserialize<string[]>();
    options.Rules = network["rules"]?.AsObject().ToDictionary(
        pair => pair.Key,
        pair => (IReadOnlyList<SandboxNetworkRule>)[.. pair.Value!.AsArray().Select(rule => new SandboxNetworkRule(rule!["transform"]!["headers"].Deserialize<Dictionary<string, string>>()!))]);
    options.EgressProxy = network["egressProxy"] is { } proxy
        ? new SandboxEgressProxy((string)proxy["address"]!, (string?)proxy["username"], (string?)proxy["password"])
        : null;
}

// The host of a port, and its URL, for a connection of the request's own.
static async Task<JsonNode?> PortUrlAsync(JsonNode request)
{
    using var other = new E2BClient(new E2BConnectionOptions
    {
        ApiUrl = (string?)request["apiUrl"] is { } url ? new Uri(url) : null,
        Domain = (string?)request["domain"],
        Debug = (bool?)request["debug"],
    });
    Sandbox sandbox = other.Sandboxes.Attach((string)request["sandbox"]!, new SandboxAccess
    {
        AccessToken = (string?)request["token"],
        EnvdVersion = (string?)request["version"],
        Domain = (string?)request["sandboxDomain"],
    });
    int port = (int)request["port"]!;
    if ((bool?)request["wait"] == true)
    {
        await sandbox.Ports.WaitAsync(port, answersHttp: true);
    }

    return new JsonObject { ["host"] = sandbox.GetHost(port), ["url"] = (await sandbox.GetUrlAsync(port)).AbsoluteUri };
}

// In the official client's words.
static JsonNode Snapshot(SnapshotInfo snapshot) => new JsonObject
{
    ["snapshotId"] = snapshot.SnapshotId,
    ["names"] = JsonSerializer.SerializeToNode(snapshot.Names),
};

static JsonNode Entry(SandboxEntry entry) => new JsonObject
{
    ["name"] = entry.Name,
    ["path"] = entry.FullName,
    ["type"] = entry.Type switch { SandboxEntryType.File => "file", SandboxEntryType.Directory => "dir", _ => null },
    ["size"] = entry.Size,
    ["mode"] = entry.Mode,
    ["permissions"] = entry.Permissions,
    ["owner"] = entry.Owner,
    ["group"] = entry.Group,
    ["modifiedTime"] = entry.ModifiedTime?.ToUnixTimeMilliseconds(),
    ["symlinkTarget"] = entry.SymlinkTarget,
    ["metadata"] = JsonSerializer.SerializeToNode(entry.Metadata),
};

static JsonNode Metric(SandboxMetric sample) => new JsonObject
{
    ["timestamp"] = sample.Timestamp.ToUnixTimeMilliseconds(),
    ["cpuUsedPct"] = sample.CpuUsedPercent,
    ["cpuCount"] = sample.CpuCount,
    ["memUsed"] = sample.MemoryUsed,
    ["memTotal"] = sample.MemoryTotal,
    ["memCache"] = sample.MemoryCache,
    ["diskUsed"] = sample.DiskUsed,
    ["diskTotal"] = sample.DiskTotal,
};

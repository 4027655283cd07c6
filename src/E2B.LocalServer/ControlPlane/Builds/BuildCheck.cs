using E2B.LocalServer.Images;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Looks whether what a client wants to be built can be. The limits are the cloud's.</summary>
internal static class BuildCheck
{
    private const int DefaultCpuCount = 2;
    private const int MostCpus = 32;
    private const int DefaultMemoryMB = 1024;
    private const int LeastMemoryMB = 128;
    private const int MostMemoryMB = 64 * 1024;
    private const int MostSteps = 1000;

    /// <exception cref="ApiException">400.</exception>
    public static SandboxLimits Limits(int? cpuCount, int? memoryMB)
    {
        int cpus = cpuCount ?? DefaultCpuCount;
        int memory = memoryMB ?? DefaultMemoryMB;
        string? problem =
            cpus < 1 ? "CPU count must be at least 1" :
            cpus > MostCpus ? $"CPU count must be at most {MostCpus}" :
            cpus != 1 && cpus % 2 != 0 ? "CPU count must be 1 or an even number" :
            memory < LeastMemoryMB ? $"Memory must be at least {LeastMemoryMB} MiB" :
            memory % 2 != 0 ? "Memory must be divisible by 2" :
            memory > MostMemoryMB ? $"Memory can't be higher than {MostMemoryMB} MiB" :
            null;
        return problem is null ? new SandboxLimits(cpus, memory, ServerFacts.BaseLimits.DiskSizeMB) : throw ApiException.BadRequest(problem);
    }

    /// <exception cref="ApiException">400.</exception>
    public static BuildDefinition Read(StartBuildBody body)
    {
        string? template = string.IsNullOrEmpty(body.FromTemplate) ? null : body.FromTemplate;
        string? image = string.IsNullOrEmpty(body.FromImage) ? null : body.FromImage;
        if ((template is null) == (image is null))
        {
            throw ApiException.BadRequest(template is null ? "must specify either fromImage or fromTemplate" : "cannot specify both fromImage and fromTemplate");
        }

        if (body.Steps is { Count: > MostSteps })
        {
            throw ApiException.BadRequest($"a build has at most {MostSteps} steps");
        }

        return new BuildDefinition
        {
            FromImage = image,
            FromTemplate = template,
            Credentials = Credentials(body.FromImageRegistry),
            Force = body.Force ?? false,
            Steps = [.. (body.Steps ?? []).Select(Step)],
            StartCommand = string.IsNullOrWhiteSpace(body.StartCmd) ? null : body.StartCmd,
            ReadyCommand = string.IsNullOrWhiteSpace(body.ReadyCmd) ? null : body.ReadyCmd,
        };
    }

    private static BuildStep Step(StepBody? step, int index)
    {
        if (string.IsNullOrEmpty(step?.Type))
        {
            throw ApiException.BadRequest($"Error when parsing request: steps[{index}].type is missing");
        }

        if (step.Args?.Any(argument => argument is null || argument.Contains('\0', StringComparison.Ordinal)) == true)
        {
            throw ApiException.BadRequest($"Error when parsing request: steps[{index}].args has what is no text");
        }

        return new BuildStep(step.Type.ToUpperInvariant(), [.. (step.Args ?? []).OfType<string>()], step.FilesHash, step.Force ?? false);
    }

    private static RegistryCredentials? Credentials(RegistryBody? body) => body switch
    {
        null => null,
        { Type: "registry", Username: { } name, Password: { } password } => new BasicCredentials(name, password),
        { Type: "aws", AwsAccessKeyId: { } id, AwsSecretAccessKey: { } secret, AwsRegion: { } region } => new AwsCredentials(id, secret, region),
        { Type: "gcp", ServiceAccountJson: { } json } => new GcpCredentials(json),
        _ => throw ApiException.BadRequest("Error when parsing request: fromImageRegistry has no known type (registry, aws, gcp), or lacks members of it"),
    };
}

namespace E2B.Protocol.Rest;

/// <summary>The body of <c>POST /v2/templates/{id}/builds/{buildID}</c>: what a template is made of. It can hold a registry's password, so it shows nothing of itself.</summary>
public sealed class TemplateBuildRequest
{
    /// <summary>What runs in each sandbox of the template.</summary>
    public string? StartCmd { get; init; }

    /// <summary>What succeeds when the start command is ready.</summary>
    public string? ReadyCmd { get; init; }

    /// <summary>What is done, one after the other.</summary>
    public required IReadOnlyList<TemplateStepModel> Steps { get; init; }

    /// <summary>Whether nothing is taken from the cache.</summary>
    public required bool Force { get; init; }

    /// <summary>The image to start from; this or <see cref="FromTemplate"/>.</summary>
    public string? FromImage { get; init; }

    /// <summary>The template to start from: its name, <c>name:tag</c> or id.</summary>
    public string? FromTemplate { get; init; }

    /// <summary>How the service signs in to the image's registry.</summary>
    public TemplateRegistryModel? FromImageRegistry { get; init; }
}

/// <summary>A step of a template.</summary>
public sealed record TemplateStepModel
{
    /// <summary>One of <see cref="TemplateStepTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>What it is done with; how many there are and what they mean depends on the type.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Whether its layer, and what follows, is made anew.</summary>
    public bool? Force { get; init; }

    /// <summary>A copy's files are uploaded even where the service has them.</summary>
    public bool? ForceUpload { get; init; }

    /// <summary>A copy follows links to what they point at.</summary>
    public bool? ResolveSymlinks { get; init; }

    /// <summary>A copy's archive is compressed.</summary>
    public bool? Gzip { get; init; }

    /// <summary>A copy's files, as SHA-256 in hex.</summary>
    public string? FilesHash { get; init; }
}

/// <summary>The types of steps, as on the wire.</summary>
public static class TemplateStepTypes
{
    /// <summary>Source, destination, owner or empty, mode in octal or empty.</summary>
    public const string Copy = "COPY";

    /// <summary>Names and values in turn.</summary>
    public const string Environment = "ENV";

    /// <summary>A line for the shell, and the user if another.</summary>
    public const string Run = "RUN";

    /// <summary>A directory.</summary>
    public const string WorkingDirectory = "WORKDIR";

    /// <summary>A user.</summary>
    public const string User = "USER";
}

/// <summary>How to sign in to a registry of images. It holds a secret, so it shows nothing of itself.</summary>
public sealed class TemplateRegistryModel
{
    /// <summary><c>registry</c>, <c>aws</c> or <c>gcp</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The user; of <c>registry</c>.</summary>
    public string? Username { get; init; }

    /// <summary>The password; of <c>registry</c>.</summary>
    public string? Password { get; init; }

    /// <summary>The id of the access key; of <c>aws</c>.</summary>
    public string? AwsAccessKeyId { get; init; }

    /// <summary>The access key; of <c>aws</c>.</summary>
    public string? AwsSecretAccessKey { get; init; }

    /// <summary>The registry's region; of <c>aws</c>.</summary>
    public string? AwsRegion { get; init; }

    /// <summary>The service account's key, the text of its JSON file; of <c>gcp</c>.</summary>
    public string? ServiceAccountJson { get; init; }
}

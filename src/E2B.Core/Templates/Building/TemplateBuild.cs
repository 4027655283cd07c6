using System.Runtime.CompilerServices;
using E2B.Templates;
using E2B.Templates.Building;

namespace E2B;

/// <summary>A build that was started. It goes on whether somebody follows it or not.</summary>
public sealed class TemplateBuild
{
    private readonly BuildFollowing _following;
    private readonly IProgress<TemplateBuildProgress>? _progress;
    private readonly TimeProvider _clock;
    private readonly long _start;

    internal TemplateBuild(BuildFollowing following, IProgress<TemplateBuildProgress>? progress, TimeProvider clock, long start)
    {
        _following = following;
        _progress = progress;
        _clock = clock;
        _start = start;
    }

    /// <summary>The template's id.</summary>
    public required string TemplateId { get; init; }

    /// <summary>The build's id.</summary>
    public required string BuildId { get; init; }

    /// <summary>The template's name, without a tag.</summary>
    public required string Name { get; init; }

    /// <summary>Its names with namespace.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The build's tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Processors of its sandboxes.</summary>
    public required int CpuCount { get; init; }

    /// <summary>Memory of its sandboxes, in MiB.</summary>
    public required int MemoryMB { get; init; }

    /// <summary>What was sent to the service of local files, in bytes.</summary>
    public required long UploadedBytes { get; init; }

    /// <summary>What there is to know of the local files: links that lead nowhere, and special files that were left out.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What came of it; <see langword="null"/> until it was followed to a good end.</summary>
    public TemplateBuildResult? Result { get; private set; }

    /// <summary>The build's log, as it is written, until the build has succeeded. A lost connection is made again.</summary>
    /// <param name="cancellationToken">Ends the following; the build goes on.</param>
    /// <exception cref="TemplateBuildException">The build failed. All of its log comes before.</exception>
    public async IAsyncEnumerable<TemplateBuildLogEntry> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (TemplateBuildLogEntry entry in _following.RunAsync(_progress, cancellationToken).ConfigureAwait(false))
        {
            yield return entry;
        }

        Result = new TemplateBuildResult
        {
            TemplateId = TemplateId,
            BuildId = BuildId,
            Name = Name,
            Names = Names,
            Tags = Tags,
            StepCount = _following.Steps.Count,
            CachedStepCount = _following.Steps.CachedCount,
            UploadedBytes = UploadedBytes,
            Duration = _clock.GetElapsedTime(_start),
            CpuCount = CpuCount,
            MemoryMB = MemoryMB,
        };
    }

    /// <summary>Waits for the build's end.</summary>
    /// <param name="log">Is told the <see cref="Warnings"/> and the build's log.</param>
    /// <param name="cancellationToken">Ends the waiting; the build goes on.</param>
    /// <exception cref="TemplateBuildException">The build failed.</exception>
    public async Task<TemplateBuildResult> WaitAsync(IProgress<TemplateBuildLogEntry>? log = null, CancellationToken cancellationToken = default)
    {
        foreach (string warning in Warnings)
        {
            log?.Report(new TemplateBuildLogEntry { TemplateId = TemplateId, BuildId = BuildId, Timestamp = _clock.GetUtcNow(), Level = SandboxLogLevel.Warn, Message = warning });
        }

        await foreach (TemplateBuildLogEntry entry in FollowAsync(cancellationToken).ConfigureAwait(false))
        {
            log?.Report(entry);
        }

        return Result!;
    }

    /// <summary>The template's name, with a tag unless <c>default</c> is one of them.</summary>
    public override string ToString() => TemplateName.Join(Name, Tags);
}

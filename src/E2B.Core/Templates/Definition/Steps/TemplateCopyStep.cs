using E2B.Protocol.Rest;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>Copies files, directories or what a pattern matches from the context directory.</summary>
public sealed class TemplateCopyStep : TemplateStep
{
    internal TemplateCopyStep(string source, string destination, TemplateCopyOptions? options, TemplateOrigin? origin, bool skipsCache)
        : base(origin, skipsCache || options is { ForceUpload: true })
    {
        Source = CopySource.Check(source);
        Destination = StepText.NotEmpty(destination, "destination of the copy");
        User = StepText.Optional(options?.User, "owner of the copied files");
        Mode = options?.Mode;
        ModeText = Mode is { } mode ? StepText.Octal(mode) : string.Empty;
        ForceUpload = options?.ForceUpload ?? false;
        ResolveSymlinks = options?.ResolveSymlinks;
        AllowOutside = options?.AllowOutside ?? false;
        Gzip = options?.Gzip;
    }

    /// <summary>A file, a directory or a pattern, relative to the context directory, with slashes.</summary>
    public string Source { get; }

    /// <summary>Where it goes in the sandbox. A directory if it ends with a slash.</summary>
    public string Destination { get; }

    /// <summary>Who owns the files; <see langword="null"/> for the user of the step.</summary>
    public string? User { get; }

    /// <summary>The files' permissions; <see langword="null"/> for those that they have.</summary>
    public UnixFileMode? Mode { get; }

    /// <summary>Whether the files are uploaded even where the service has them.</summary>
    public bool ForceUpload { get; }

    /// <summary>Whether links are followed; <see langword="null"/> means no.</summary>
    public bool? ResolveSymlinks { get; }

    /// <summary>Whether links may lead out of the context directory.</summary>
    public bool AllowOutside { get; }

    /// <summary>Whether the upload is compressed; <see langword="null"/> means yes.</summary>
    public bool? Gzip { get; }

    /// <inheritdoc/>
    public override string Type => TemplateStepTypes.Copy;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            string owner = User is null ? string.Empty : $"--chown={User} ";
            string mode = ModeText.Length == 0 ? string.Empty : $"--chmod={ModeText} ";
            return $"{owner}{mode}{ShellText.Quote(Source)} {ShellText.Quote(Destination)}";
        }
    }

    private string ModeText { get; }

    internal override TemplateStepModel ToModel(string? filesHash) => new()
    {
        Type = Type,
        Args = new[] { Source, Destination, User ?? string.Empty, ModeText },
        Force = SkipsCache,
        ForceUpload = ForceUpload ? true : null,
        ResolveSymlinks = ResolveSymlinks,
        Gzip = Gzip,
        FilesHash = filesHash,
    };
}

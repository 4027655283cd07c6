namespace E2B;

/// <summary>How to copy files into a template. Everything is optional.</summary>
public sealed class TemplateCopyOptions
{
    /// <summary>Who owns the files: <c>user</c> or <c>user:group</c>; <see langword="null"/> means the user whom the steps run as.</summary>
    public string? User { get; set; }

    /// <summary>The permissions of files and directories, 1 to 7777 in octal; <see langword="null"/> leaves those that they have here.</summary>
    public UnixFileMode? Mode { get; set; }

    /// <summary>Whether the files are uploaded even where the service has them, and the layer is made anew.</summary>
    public bool ForceUpload { get; set; }

    /// <summary>Whether what links point at is copied in place of the links; <see langword="null"/> means no.</summary>
    public bool? ResolveSymlinks { get; set; }

    /// <summary>Whether links may lead out of the context directory: what they lead to is read, and copied if links are followed.</summary>
    public bool AllowOutside { get; set; }

    /// <summary>Whether the upload is compressed; <see langword="null"/> means yes. No is faster for what is compressed already.</summary>
    public bool? Gzip { get; set; }
}

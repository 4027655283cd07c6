using System.Runtime.CompilerServices;
using E2B.Templates.Definition.Text;

namespace E2B;

public sealed partial class Template
{
    private const string BaseImage = "e2bdev/base";

    /// <summary>Starts from E2B's own image.</summary>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    public static Template FromBaseImage([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) => FromImage(BaseImage, null, file, line);

    /// <summary>Starts from an image of Python, <c>python:&lt;version&gt;</c>.</summary>
    /// <param name="version">The version, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The version is empty.</exception>
    public static Template FromPythonImage(string version = "3", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("python", version, file, line);

    /// <summary>Starts from an image of Node.js, <c>node:&lt;version&gt;</c>.</summary>
    /// <param name="version">The version, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The version is empty.</exception>
    public static Template FromNodeImage(string version = "lts", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("node", version, file, line);

    /// <summary>Starts from an image of Bun, <c>oven/bun:&lt;version&gt;</c>.</summary>
    /// <param name="version">The version, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The version is empty.</exception>
    public static Template FromBunImage(string version = "latest", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("oven/bun", version, file, line);

    /// <summary>Starts from an image of Debian, <c>debian:&lt;variant&gt;</c>.</summary>
    /// <param name="variant">The release, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The variant is empty.</exception>
    public static Template FromDebianImage(string variant = "stable", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("debian", variant, file, line);

    /// <summary>Starts from an image of Ubuntu, <c>ubuntu:&lt;variant&gt;</c>.</summary>
    /// <param name="variant">The release, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The variant is empty.</exception>
    public static Template FromUbuntuImage(string variant = "latest", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("ubuntu", variant, file, line);

    /// <summary>Starts from an image of Fedora, <c>fedora:&lt;variant&gt;</c>.</summary>
    /// <param name="variant">The release, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The variant is empty.</exception>
    public static Template FromFedoraImage(string variant = "44", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("fedora", variant, file, line);

    /// <summary>Starts from an image of Alpine Linux, <c>alpine:&lt;variant&gt;</c>.</summary>
    /// <param name="variant">The release, or another tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The variant is empty.</exception>
    public static Template FromAlpineImage(string variant = "3.24", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("alpine", variant, file, line);

    /// <summary>Starts from an image of Arch Linux, <c>archlinux:&lt;variant&gt;</c>.</summary>
    /// <param name="variant">The tag of the image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The variant is empty.</exception>
    public static Template FromArchImage(string variant = "latest", [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        FromTagged("archlinux", variant, file, line);

    /// <summary>Starts from an image of any registry.</summary>
    /// <param name="image">The image, such as <c>ghcr.io/me/app:1.2</c>.</param>
    /// <param name="registry">How the service signs in to its registry; <see langword="null"/> for a public image.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The image is empty.</exception>
    public static Template FromImage(string image, TemplateRegistry? registry = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        new(new TemplateSource(StepText.NotEmpty(image, "name of the image"), null, registry, TemplateOrigin.From(file, line)));

    /// <summary>Starts from another template.</summary>
    /// <param name="template">Its name, <c>name:tag</c> or id.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The name is empty.</exception>
    public static Template FromTemplate(string template, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        new(new TemplateSource(null, StepText.NotEmpty(template, "name of the template"), null, TemplateOrigin.From(file, line)));

    private static Template FromTagged(string image, string tag, string? file, int line) =>
        FromImage($"{image}:{StepText.NotEmpty(tag, "tag of the image")}", null, file, line);
}

namespace E2B.PowerShell.Templates;

/// <summary>The files of a new template's folder. They lie in Starter, as they are written, with the template's name left open.</summary>
internal static class StarterFolder
{
    // In the assembly they need names that a build does not take for files of its own.
    private static readonly (string Resource, string Path)[] _files =
    [
        ("template.ps1", "template.ps1"),
        ("build.ps1", "build.ps1"),
        ("hello.sh", "app/hello.sh"),
        ("dockerignore", ".dockerignore"),
        ("README.md", "README.md"),
    ];

    /// <summary>The files, relative to the folder, and what is in them.</summary>
    public static IEnumerable<(string Path, string Text)> FilesFor(string name) =>
        _files.Select(file => (file.Path, Read(file.Resource).Replace("{{name}}", name, StringComparison.Ordinal)));

    private static string Read(string resource)
    {
        using Stream stream = typeof(StarterFolder).Assembly.GetManifestResourceStream("Starter/" + resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace E2B.Build;

/// <summary>
/// The package for the PowerShell Gallery. Its fields are those of E2B.psd1; the package is written by
/// hand, since Publish-PSResource wants PowerShell and this is also built where there is none.
/// </summary>
internal static partial class PackTarget
{
    private static readonly XNamespace _nuspec = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";

    public static int Run(Repository repository)
    {
        BuildTarget.Build(repository);
        Console.WriteLine(Path.GetRelativePath(Environment.CurrentDirectory, Pack(repository)));
        PackTool(repository);
        return 0;
    }

    /// <summary>The local server by itself, as a .NET tool: dotnet tool install --global E2B.LocalServer.</summary>
    private static void PackTool(Repository repository) => Shell.Require(
        repository, "dotnet", "pack", "src/E2B.LocalServer", "-c", "Release", "--no-build", "--nologo", "-v", "quiet", "-o", Path.Combine(repository.Output, "packages"));

    public static string Pack(Repository repository)
    {
        string manifest = File.ReadAllText(repository.At("E2B.psd1"));
        string version = Field(manifest, "ModuleVersion");
        string folder = Path.Combine(repository.Output, "packages");
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.EnumerateFiles(folder, "*.nupkg"))
        {
            File.Delete(old);
        }

        string package = Path.Combine(folder, $"E2B.{version}.nupkg");
        using ZipArchive archive = ZipFile.Open(package, ZipArchiveMode.Create);
        Add(archive, "E2B.nuspec", Nuspec(manifest, version).ToString());
        Add(archive, "[Content_Types].xml", ContentTypes(repository));
        Add(archive, "_rels/.rels", Relationships);
        AddFolder(archive, repository.Module, string.Empty);
        AddFolder(archive, repository.LocalServer, "local-server/");
        archive.CreateEntryFromFile(repository.At("LICENSE"), "LICENSE");
        return package;
    }

    private const string Relationships =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
          <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/E2B.nuspec" Id="R1" />
        </Relationships>
        """;

    private static XDocument Nuspec(string manifest, string version)
    {
        string cmdlets = string.Join(' ', List(manifest, "CmdletsToExport").Select(static name => "PSCmdlet_" + name + " PSCommand_" + name));
        string tags = string.Join(' ', [.. List(manifest, "Tags"), "PSModule", "PSEdition_Core", "PSIncludes_Cmdlet", cmdlets]);
        return new XDocument(new XElement(
            _nuspec + "package",
            new XElement(
                _nuspec + "metadata",
                new XElement(_nuspec + "id", "E2B"),
                new XElement(_nuspec + "version", version),
                new XElement(_nuspec + "authors", Field(manifest, "Author")),
                new XElement(_nuspec + "owners", Field(manifest, "CompanyName")),
                new XElement(_nuspec + "requireLicenseAcceptance", "false"),
                new XElement(_nuspec + "license", new XAttribute("type", "file"), "LICENSE"),
                new XElement(_nuspec + "projectUrl", Field(manifest, "ProjectUri")),
                new XElement(_nuspec + "description", Field(manifest, "Description")),
                new XElement(_nuspec + "releaseNotes", Field(manifest, "ReleaseNotes")),
                new XElement(_nuspec + "copyright", Field(manifest, "Copyright")),
                new XElement(_nuspec + "tags", tags))));
    }

    private static string ContentTypes(Repository repository)
    {
        IEnumerable<string> extensions = Directory.EnumerateFiles(repository.Module, "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(repository.LocalServer, "*", SearchOption.AllDirectories))
            .Select(static file => Path.GetExtension(file).TrimStart('.'))
            .Append("nuspec").Append("rels").Where(static e => e.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase);
        XNamespace types = "http://schemas.openxmlformats.org/package/2006/content-types";
        return new XDocument(new XElement(
            types + "Types",
            extensions.Select(e => new XElement(
                types + "Default",
                new XAttribute("Extension", e),
                new XAttribute(
                    "ContentType", e == "rels" ? "application/vnd.openxmlformats-package.relationships+xml" : "application/octet"))),
            new XElement(
                types + "Override", new XAttribute("PartName", "/LICENSE"), new XAttribute("ContentType", "application/octet")))).ToString();
    }

    private static void AddFolder(ZipArchive archive, string folder, string prefix)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            archive.CreateEntryFromFile(file, prefix + Path.GetRelativePath(folder, file).Replace('\\', '/'));
        }
    }

    private static void Add(ZipArchive archive, string name, string text)
    {
        using var writer = new StreamWriter(archive.CreateEntry(name).Open());
        writer.Write(text);
    }

    /// <summary>A field of the manifest with a single-quoted value; the manifest has no other kind.</summary>
    private static string Field(string manifest, string name)
    {
        Match match = Regex.Match(manifest, $@"(?m)^\s*{name}\s*=\s*'((?:[^']|'')*)'");
        return match.Success
            ? match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal)
            : throw new BuildException($"E2B.psd1 has no field {name} with a single-quoted value.");
    }

    private static IEnumerable<string> List(string manifest, string name)
    {
        Match match = Regex.Match(manifest, $@"(?ms)^\s*{name}\s*=\s*@\((.*?)\)");
        if (!match.Success)
        {
            throw new BuildException($"E2B.psd1 has no list {name}.");
        }

        return Quoted().Matches(match.Groups[1].Value).Select(static m => m.Groups[1].Value);
    }

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}

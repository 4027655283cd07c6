using E2B.LocalServer.Images;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>A folder to unpack layers into, beside which nothing may change.</summary>
internal sealed class Unpacked : IDisposable
{
    private readonly string _above = TestRuntime.NewFolder();
    private readonly RootFolder _root;
    private readonly LayerUnpacker _unpacker;

    public Unpacked(ImageLimits? limits = null)
    {
        Requirements.Check();
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Outside, "untouched");
        _root = new RootFolder(Folder);
        _unpacker = new LayerUnpacker(_root, new UnpackBudget(limits ?? new ImageLimits { FreeBytes = 0 }, Folder));
    }

    public string Folder => Path.Combine(_above, "root");

    /// <summary>A file beside the folder.</summary>
    public string Outside => Path.Combine(_above, "outside");

    public RootFolder Root => _root;

    public int LeftOut => _unpacker.LeftOut;

    public Task ApplyAsync(LayerBuilder layer) => ApplyAsync(layer.Tar());

    public Task ApplyAsync(byte[] archive) => _unpacker.ApplyAsync(new MemoryStream(archive), TestContext.Current.CancellationToken);

    public string In(string path) => Path.Combine(Folder, path);

    public string Read(string path) => File.ReadAllText(In(path));

    /// <summary>All there is, each as <c>path</c>, folders with a final slash.</summary>
    public IEnumerable<string> Names() => Directory
        .EnumerateFileSystemEntries(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(Folder, path) + (new DirectoryInfo(path) is { Exists: true, LinkTarget: null } ? "/" : string.Empty))
        .Order(StringComparer.Ordinal);

    /// <summary>Nothing but the folder and the file beside it is there, and that is as it was.</summary>
    public void AssertOutsideUntouched()
    {
        Assert.Equal("untouched", File.ReadAllText(Outside));
        Assert.Equal(["outside", "root"], Directory.EnumerateFileSystemEntries(_above).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        _root.Dispose();
        Folders.Delete(_above);
    }
}

using System.Runtime.CompilerServices;

namespace E2B.Build;

/// <summary>The places in this repository.</summary>
internal sealed record Repository(string Root)
{
    public string Output => Path.Combine(Root, "out");

    public string Module => Path.Combine(Output, "E2B");

    public string LocalServer => Path.Combine(Output, "local-server");

    public static Repository Find([CallerFilePath] string thisFile = "") =>
        new(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..")));

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);
}

using System.Reflection;
using System.Runtime.Loader;

namespace E2B.Loader;

/// <summary>
/// Loads E2B.Core and what it brings from the module's <c>lib</c> folder into a context of their own, so
/// that another version of the same library, loaded by another module, neither harms nor is harmed.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private static readonly object _lock = new();
    private static DependencyContext? _instance;

    private readonly string _folder;

    private DependencyContext(string folder)
        : base("E2B", isCollectible: false) => _folder = folder;

    /// <summary>
    /// Lets the cmdlets' assembly, which PowerShell loads into the default context, find E2B.Core. The context stays
    /// for the life of the process: assemblies cannot be taken back from those who hold their objects.
    /// </summary>
    public static void Register()
    {
        lock (_lock)
        {
            if (_instance is null)
            {
                string folder = Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!;
                _instance = new DependencyContext(Path.Combine(folder, "lib"));
                Default.Resolving += static (_, name) => name.Name is "E2B.Core" ? _instance.Load(name) : null;
            }
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}

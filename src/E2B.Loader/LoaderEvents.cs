using System.Management.Automation;

namespace E2B.Loader;

/// <summary>
/// The module's first nested module: PowerShell looks through the types of the cmdlets' assembly before it
/// runs any of its code, and needs E2B.Core by then.
/// </summary>
public sealed class LoaderEvents : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport() => DependencyContext.Register();
}

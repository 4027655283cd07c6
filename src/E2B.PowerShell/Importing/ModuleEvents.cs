using System.Management.Automation;

namespace E2B.PowerShell.Importing;

/// <summary>What happens when the module is imported and removed.</summary>
public sealed class ModuleEvents : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => TypeAccelerators.Add();

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        TypeAccelerators.Remove();
        Session.E2BSession.EndCurrent();
    }
}

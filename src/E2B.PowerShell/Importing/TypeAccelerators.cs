using System.Management.Automation;
using System.Reflection;

namespace E2B.PowerShell.Importing;

/// <summary>
/// Makes the public types of E2B.Core known by name: PowerShell does not look for types in the module's
/// own load context, so <c>[E2B.Sandbox]</c> and <c>catch [E2B.SandboxNotFoundException]</c> need this.
/// </summary>
internal static class TypeAccelerators
{
    private static readonly Type _registry =
        typeof(PSObject).Assembly.GetType("System.Management.Automation.TypeAccelerators", throwOnError: true)!;

    public static void Add()
    {
        MethodInfo add = _registry.GetMethod("Add", [typeof(string), typeof(Type)])!;
        var known = (IDictionary<string, Type>)_registry.GetProperty("Get")!.GetValue(null)!;
        foreach (Type type in PublicTypes())
        {
            if (!known.ContainsKey(type.FullName!))
            {
                add.Invoke(null, [type.FullName, type]);
            }
        }
    }

    public static void Remove()
    {
        MethodInfo remove = _registry.GetMethod("Remove", [typeof(string)])!;
        foreach (Type type in PublicTypes())
        {
            remove.Invoke(null, [type.FullName]);
        }
    }

    private static IEnumerable<Type> PublicTypes() =>
        typeof(Sandbox).Assembly.GetExportedTypes().Where(static type => !type.IsNested && !type.IsGenericTypeDefinition);
}

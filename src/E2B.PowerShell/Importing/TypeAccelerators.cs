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

    private static readonly object _lock = new();
    private static int _importers;

    public static void Add()
    {
        lock (_lock)
        {
            if (_importers++ == 0)
            {
                AddAll();
            }
        }
    }

    /// <summary>The names belong to the process: they go with the last runspace that imported the module.</summary>
    public static void Remove()
    {
        lock (_lock)
        {
            if (--_importers == 0)
            {
                RemoveAll();
            }
        }
    }

    private static void AddAll()
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

    private static void RemoveAll()
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

using System.Collections;

namespace E2B.Core.Tests;

/// <summary>What users get several of has to be such that PowerShell takes one of them by its number.</summary>
public class ListTypeTests
{
    private const string CompilersOwn = "<>z__ReadOnly";

    /// <summary>
    /// PowerShell takes nothing out of the lists that the compiler makes of <c>[.. x]</c> for an interface: <c>$x[0]</c> is all of it or <c>$null</c>, without a word.
    /// Where this fails, write <c>x.ToArray()</c> or <c>(T[])[..]</c>. What stays within the library is not told apart: it is handed out sooner or later.
    /// </summary>
    [Fact]
    public void The_library_has_no_lists_of_the_compilers_own()
    {
        // That this is still what they are called.
        IEnumerable<int> own = [.. Enumerable.Range(1, 2)];
        Assert.StartsWith(CompilersOwn, own.GetType().Name, StringComparison.Ordinal);

        Assert.DoesNotContain(typeof(Sandbox).Assembly.GetTypes(), static type => type.Name.StartsWith(CompilersOwn, StringComparison.Ordinal));
    }

    /// <summary>Of a mere sequence, <c>$x.Staged[0]</c> is all of it, and <c>.Count</c> is a 1 for each.</summary>
    [Fact]
    public void No_property_is_a_sequence_that_has_no_numbers()
    {
        Assert.Empty(typeof(Sandbox).Assembly.GetExportedTypes()
            .SelectMany(static type => type.GetProperties())
            .Where(static property => property.PropertyType == typeof(IEnumerable)
                || (property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IEnumerable<>)))
            .Select(static property => $"{property.DeclaringType}.{property.Name}"));
    }
}

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>The one way to name a sandbox: an object of it, anything with a <c>SandboxId</c>, or its id.</summary>
internal static class SandboxArgument
{
    /// <summary>
    /// Whether a value names a sandbox by what it is. Text, numbers and bytes do not, even where they say which
    /// sandbox they came from, nor do entries of directories: they are content.
    /// </summary>
    public static bool IsSandbox(object? value) =>
        value is not null
        && Unwrap(value) is not (string or ValueType or Array or SandboxEntry)
        && (Unwrap(value) is Sandbox || IdProperty(value) is not null);

    /// <summary>The values of an argument that may be one sandbox or several.</summary>
    public static IEnumerable<object> Enumerate(object? argument)
    {
        object? value = argument is null ? null : Unwrap(argument);
        return value switch
        {
            null => [],
            string or IDictionary => [argument!],
            IEnumerable several => several.Cast<object?>().SelectMany(Enumerate),
            _ => [argument!],
        };
    }

    /// <summary>The id that a value names.</summary>
    /// <exception cref="E2BInvalidArgumentException">It names none.</exception>
    public static string GetId(object value)
    {
        string? id = Unwrap(value) switch
        {
            Sandbox sandbox => sandbox.SandboxId,
            string text => text,
            _ => IdProperty(value),
        };
        if (string.IsNullOrWhiteSpace(id))
        {
            throw new E2BInvalidArgumentException(
                $"'{value}' is no sandbox. Give a sandbox from New-E2BSandbox or Get-E2BSandbox, or a sandbox's id.");
        }

        if (!CanBeId(id))
        {
            throw new E2BInvalidArgumentException(
                $"'{id}' is no sandbox id. The first positional argument is the sandbox, unless it is the only one; "
                + "with a default sandbox (Set-E2BDefault -Sandbox) name the others: -Path, -Destination, -Value, -Command.");
        }

        return id;
    }

    /// <summary>Whether text has the form of an id: a path or a file's name, which came where a sandbox was meant to be, mostly has not.</summary>
    public static bool CanBeId(string text) => text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>The text that a value is.</summary>
    public static bool TryGetText(object value, [NotNullWhen(true)] out string? text)
    {
        text = Unwrap(value) as string;
        return !string.IsNullOrWhiteSpace(text);
    }

    /// <summary>The sandbox that a value is.</summary>
    /// <returns><see langword="false"/> when it only names one.</returns>
    public static bool TryGetSandbox(object value, out Sandbox? sandbox)
    {
        sandbox = Unwrap(value) as Sandbox;
        return sandbox is not null;
    }

    /// <summary>The sandbox with an id. In debug mode there is nobody to ask whether it is there.</summary>
    /// <exception cref="SandboxNotFoundException">There is none.</exception>
    public static async Task<Sandbox> FindAsync(E2BClient client, string id, CancellationToken cancellationToken) => client.Connection.Debug
        ? client.Sandboxes.Attach(id)
        : client.Sandboxes.Attach(await client.Sandboxes.GetAsync(id, cancellationToken).ConfigureAwait(false));

    private static object Unwrap(object value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static string? IdProperty(object value) => PSObject.AsPSObject(value).Properties["SandboxId"]?.Value as string;
}

namespace E2B.Git;

/// <summary>Looks at what callers give before git gets it.</summary>
internal static class GitArguments
{
    /// <summary>A branch, commit, remote or tag: nothing that git could take for an option.</summary>
    public static string Reference(string? value, string what)
    {
        Text(value, what);
        return value![0] != '-'
            ? value
            : throw new E2BInvalidArgumentException($"The {what} '{value}' begins with a hyphen: git would take it for an option.");
    }

    /// <summary>The same of something that may be left out.</summary>
    public static string[] Optional(string? value, string what) => value is null ? [] : [Reference(value, what)];

    /// <summary>Something that cannot be empty.</summary>
    public static string Text(string? value, string what) => !string.IsNullOrEmpty(value)
        ? value
        : throw new E2BInvalidArgumentException($"The {what} is empty.");

    /// <summary>What follows the separator that ends options: names of files.</summary>
    public static IReadOnlyList<string> Files(IReadOnlyList<string>? files)
    {
        foreach (string file in files ?? [])
        {
            Text(file, "name of a file");
        }

        return files ?? [];
    }

    /// <summary>A number that cannot be zero or less.</summary>
    public static string Positive(int value, string what) => value > 0
        ? value.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : throw new E2BInvalidArgumentException($"The {what} is greater than zero.");
}

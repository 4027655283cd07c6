using System.Management.Automation;
using E2B.PowerShell.Files;

namespace E2B.PowerShell.Commands;

/// <summary>Lists directories in a sandbox, as Get-ChildItem lists local ones.</summary>
[Cmdlet(VerbsCommon.Get, "E2BChildItem")]
[OutputType(typeof(SandboxEntry), typeof(string))]
public sealed class GetE2BChildItemCommand : EntryCmdlet
{
    /// <summary>Only entries whose name matches.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Filter { get; set; }

    /// <summary>Only entries whose name matches one of these.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>No entries whose name matches one of these.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>What is in directories below too.</summary>
    [Parameter]
    [Alias("r")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>So many levels of directories below too.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue - 1)]
    public int Depth { get; set; }

    /// <summary>Names that begin with a dot too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>No directories.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Only directories.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }

    /// <summary>Names, relative to the directory, instead of entries.</summary>
    [Parameter]
    public SwitchParameter Name { get; set; }

    private protected override string DefaultPath => ".";

    private int Levels => MyInvocation.BoundParameters.ContainsKey(nameof(Depth)) ? Depth + 1 : Recurse ? int.MaxValue : 1;

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        EntryListing listing = NewListing();
        foreach (IReadOnlyList<ListedEntry>? found in ForEach(targets, static target => target, (target, _, stop) => listing.ListAsync(target, stop)))
        {
            foreach (ListedEntry listed in found ?? [])
            {
                WriteObject(Name ? listed.RelativePath : listed.Entry);
            }
        }
    }

    private EntryListing NewListing()
    {
        try
        {
            return new EntryListing(Options, Levels, Force)
            {
                Include = [.. (Include ?? []).Select(Matcher)],
                Filter = Filter is null ? null : Matcher(Filter),
                Exclude = [.. (Exclude ?? []).Select(Matcher)],
                Type = (File.IsPresent, Directory.IsPresent) switch
                {
                    (true, false) => static entry => !entry.IsDirectory,
                    (false, true) => static entry => entry.IsDirectory,
                    _ => null,
                },
            };
        }
        catch (E2BInvalidArgumentException e)
        {
            Refuse("E2BInvalidArgument", e.Message, null);
            throw;
        }
    }

    private static Func<string, bool> Matcher(string pattern) => SandboxGlob.Matcher(pattern, withHidden: true);
}

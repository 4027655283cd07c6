using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Files;

namespace E2B.PowerShell.Commands;

/// <summary>Makes URLs by which files in a sandbox can be downloaded, or uploaded, without a key.</summary>
[Cmdlet(VerbsCommon.Get, "E2BFileUrl")]
[OutputType(typeof(string))]
public sealed class GetE2BFileUrlCommand : EntryCmdlet
{
    /// <summary>How long the URL works: a TimeSpan or a whole number of seconds.</summary>
    [Parameter]
    [SecondsTransformation]
    public TimeSpan? Expires { get; set; }

    /// <summary>For an upload instead of a download.</summary>
    [Parameter]
    public SwitchParameter Upload { get; set; }

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        foreach (IReadOnlyList<string>? urls in ForEach(targets, static target => target, (target, _, stop) => UrlsAsync(target, stop)))
        {
            foreach (string url in urls ?? [])
            {
                WriteObject(url);
            }
        }
    }

    private async Task<IReadOnlyList<string>> UrlsAsync(EntryTarget target, CancellationToken stop)
    {
        var options = new FileUrlOptions { User = User, Expires = Expires };
        if (Upload)
        {
            return [(await target.Sandbox.Files.GetUploadUrlAsync(target.PlainPath, options, stop).ConfigureAwait(false)).AbsoluteUri];
        }

        IEnumerable<string> paths = target.HasWildcards
            ? (await target.FindAsync(Options, withHidden: false, stop).ConfigureAwait(false)).Where(static entry => !entry.IsDirectory).Select(static entry => entry.Path)
            : [target.PlainPath];
        var urls = new List<string>();
        foreach (string path in paths)
        {
            urls.Add((await target.Sandbox.Files.GetDownloadUrlAsync(path, options, stop).ConfigureAwait(false)).AbsoluteUri);
        }

        return urls;
    }
}

using System.Management.Automation;
using System.Text;
using E2B.PowerShell.Encodings;
using E2B.PowerShell.Files;
using E2B.PowerShell.Reading;

namespace E2B.PowerShell.Commands;

/// <summary>Reads files in a sandbox, as Get-Content reads local ones.</summary>
[Cmdlet(VerbsCommon.Get, "E2BFile")]
[OutputType(typeof(string), typeof(byte))]
public sealed class GetE2BFileCommand : EntryCmdlet
{
    /// <summary>The whole content as one string (with -AsByteStream one array).</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Bytes instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>How the text is encoded. A byte order mark in the file counts more.</summary>
    [Parameter]
    [EncodingTransformation]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    [ValidateNotNull]
    public Encoding Encoding { get; set; } = TextEncodings.Default;

    /// <summary>So many lines (or bytes) from the start; the rest is not fetched.</summary>
    [Parameter]
    [Alias("First", "Head")]
    [ValidateRange(0, long.MaxValue)]
    public long? TotalCount { get; set; }

    /// <summary>So many lines (or bytes) from the end; what is before them is not fetched.</summary>
    [Parameter]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Compressed on its way.</summary>
    [Parameter]
    public SwitchParameter Gzip { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if ((TotalCount, Tail) is ({ }, { }) || (Raw && (TotalCount is not null || Tail is not null)))
        {
            Refuse("E2BAmbiguousOutput", "Of -Raw, -TotalCount and -Tail only one can be given.", null);
        }

        if (TextEncodings.Warning(Encoding) is { } warning)
        {
            WriteWarning(warning);
        }

        if (AsByteStream && MyInvocation.BoundParameters.ContainsKey(nameof(Encoding)))
        {
            WriteWarning("With -AsByteStream there is no text, and -Encoding does nothing.");
        }
    }

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        bool singleBytes = AsByteStream && !Raw;
        RefuseBytesOfSeveral([.. targets.Select(static target => target.Origin).DistinctBy(static sandbox => sandbox.SandboxId)], singleBytes);
        bool isOne = targets.Count == 1 && !targets[0].HasWildcards && targets[0].Entry is null;
        var form = new ReadForm
        {
            Raw = Raw,
            Bytes = AsByteStream,
            Encoding = Encoding,
            First = TotalCount,
            Last = Tail,
            Tagged = !isOne && !singleBytes,
        };
        var options = new SandboxFileOptions { User = User, Gzip = Gzip };
        IReadOnlyList<string>?[] found = ForEach(targets, static target => target, (target, _, stop) => PathsAsync(target, options, stop));
        EntryTarget[] files = [.. targets.Zip(found).SelectMany(static pair =>
            (pair.Second ?? []).Select(path => pair.First with { Path = path, IsLiteral = true }))];
        ForEach(files, static file => file, async (file, writer, stop) =>
        {
            await new FileReading(file.Sandbox, file.Path, options, form, writer).RunAsync(stop).ConfigureAwait(false);
            return true;
        });
    }

    /// <summary>The files meant. What a wildcard finds beside files is left out, and finding nothing is an error, as with Get-Content.</summary>
    private static async Task<IReadOnlyList<string>> PathsAsync(EntryTarget target, SandboxFileOptions options, CancellationToken stop)
    {
        if (!target.HasWildcards)
        {
            return [target.PlainPath];
        }

        IReadOnlyList<SandboxEntry> found = await target.FindAsync(options, withHidden: false, stop).ConfigureAwait(false);
        string[] files = [.. found.Where(static entry => entry.Type == SandboxEntryType.File).Select(static entry => entry.Path)];
        return files.Length > 0 ? files : throw new SandboxFileNotFoundException($"No file matches '{target.Path}'.") { SandboxId = target.Origin.SandboxId };
    }
}

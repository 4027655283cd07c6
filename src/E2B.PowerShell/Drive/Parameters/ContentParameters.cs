using System.Management.Automation;
using System.Text;
using E2B.PowerShell.Encodings;

namespace E2B.PowerShell.Drive.Parameters;

/// <summary>What all cmdlets for content take for this provider.</summary>
public abstract class ContentParameters
{
    /// <summary>Bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>The encoding of the text. UTF-8 without a byte order mark without it.</summary>
    [Parameter]
    [EncodingTransformation]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    [ValidateNotNullOrEmpty]
    public Encoding Encoding { get; set; } = TextEncodings.Default;
}

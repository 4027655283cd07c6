using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace E2B.PowerShell;

/// <summary>Where a port of a sandbox is reached by HTTP. As text, and wherever a URI is wanted, it is that URL.</summary>
public sealed class E2BSandboxUrl
{
    internal E2BSandboxUrl(string sandboxId, int port, Uri uri, Hashtable headers)
    {
        SandboxId = sandboxId;
        Port = port;
        Uri = uri;
        Headers = headers;
    }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId { get; }

    /// <summary>The port in the sandbox.</summary>
    public int Port { get; }

    /// <summary>The URL.</summary>
    public Uri Uri { get; }

    /// <summary>What requests have to carry, for -Headers: the traffic token when it was asked for and the ports are restricted, otherwise nothing.</summary>
    public Hashtable Headers { get; }

    /// <summary>The URL, for cmdlets that want one.</summary>
    /// <param name="url">The object.</param>
    [SuppressMessage("Usage", "CA2225", Justification = "It has a property for it.")]
    public static implicit operator Uri?(E2BSandboxUrl? url) => url?.Uri;

    /// <summary>The URL as text.</summary>
    public override string ToString() => Uri.AbsoluteUri;
}

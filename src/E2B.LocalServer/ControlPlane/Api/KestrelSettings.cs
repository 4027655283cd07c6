using System.Net;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace E2B.LocalServer.ControlPlane;

/// <summary>How this server listens, wherever it does.</summary>
internal static class KestrelSettings
{
    /// <summary>What is set of the sockets.</summary>
    /// <remarks>
    /// A block of 4 KiB for each connection, idle ones too. Otherwise it is asked before each block of an upload
    /// whether there is anything, which doubles the system calls.
    /// </remarks>
    public static void Apply(SocketTransportOptions options) => options.WaitForDataBeforeAllocatingBuffer = false;

    /// <param name="options">What is set.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="limits">What clients may ask for.</param>
    public static void Apply(KestrelServerOptions options, int port, ServerLimits limits)
    {
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        options.AddServerHeader = false;
        options.AllowHostHeaderOverride = !limits.OneMeaningOnly;

        // Header bytes pass through the edge as they are: Latin-1 is the encoding that changes none.
        options.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;

        // Files may be of any size, and readers and writers may pause for as long as they like.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxRequestLineSize = 32 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        options.Limits.MaxRequestHeaderCount = limits.HeaderBytes / 64;
        options.Limits.RequestHeadersTimeout = limits.HeadTime;
        options.Limits.MaxConcurrentConnections = limits.Connections;
        options.Limits.MaxConcurrentUpgradedConnections = limits.Connections;
        options.Limits.MaxRequestBufferSize = 1024 * 1024;
        options.Limits.MaxResponseBufferSize = 512 * 1024;
    }
}

using System.Buffers;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;

namespace E2B.Core.Tests.Fakes;

/// <summary>Frames of a watch as the daemon sends them.</summary>
internal static class WatchFrames
{
    /// <summary>The real daemon's words.</summary>
    public const string Overflow = "watcher error: fsnotify: queue or buffer overflow";

    public static byte[] Started() => Frame(new WatchDirResponse { Start = new WatchDirResponse.Types.StartEvent() });

    public static byte[] Keepalive() => Frame(new WatchDirResponse { Keepalive = new WatchDirResponse.Types.KeepAlive() });

    public static byte[] Change(string name, EventType type, EntryInfo? entry = null) =>
        Frame(new WatchDirResponse { Filesystem = new FilesystemEvent { Name = name, Type = type, Entry = entry } });

    private static byte[] Frame(WatchDirResponse message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Envelope.Write(buffer, MessageCodec.Binary, message);
        return buffer.WrittenSpan.ToArray();
    }
}

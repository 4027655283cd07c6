using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace E2B.LocalServer.Tests.Images;

/// <summary>Writes a layer by .NET's own archive writer, or bytes that no such writer would make.</summary>
internal sealed class LayerBuilder
{
    private readonly List<TarEntry> _entries = [];

    public LayerBuilder Directory(string name, int mode = 0b111_101_101, int user = 0, int group = 0) =>
        Add(new PaxTarEntry(TarEntryType.Directory, name), mode, user, group);

    public LayerBuilder File(string name, string content = "", int mode = 0b110_100_100, int user = 0, int group = 0) =>
        File(name, Encoding.UTF8.GetBytes(content), mode, user, group);

    public LayerBuilder File(string name, byte[] content, int mode = 0b110_100_100, int user = 0, int group = 0) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) }, mode, user, group);

    public LayerBuilder Link(string name, string target) =>
        Add(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target }, 0b111_111_111, 0, 0);

    public LayerBuilder HardLink(string name, string target) =>
        Add(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target }, 0b110_100_100, 0, 0);

    public LayerBuilder Device(string name) =>
        Add(new PaxTarEntry(TarEntryType.BlockDevice, name) { DeviceMajor = 8, DeviceMinor = 0 }, 0b110_110_110, 0, 0);

    public LayerBuilder Pipe(string name) => Add(new PaxTarEntry(TarEntryType.Fifo, name), 0b110_110_110, 0, 0);

    /// <summary>Any entry, as it is.</summary>
    public LayerBuilder Entry(TarEntry entry)
    {
        _entries.Add(entry);
        return this;
    }

    /// <summary>The archive.</summary>
    public byte[] Tar()
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            _entries.ForEach(writer.WriteEntry);
        }

        return archive.ToArray();
    }

    /// <summary>The archive as layers usually are.</summary>
    public byte[] Gzip()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Tar());
        }

        return packed.ToArray();
    }

    private LayerBuilder Add(PaxTarEntry entry, int mode, int user, int group)
    {
        entry.Mode = (UnixFileMode)mode;
        entry.Uid = user;
        entry.Gid = group;
        _entries.Add(entry);
        return this;
    }
}

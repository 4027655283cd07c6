using System.Buffers;
using System.Formats.Tar;
using System.Text;
using E2B.Protocol.Filesystem;
using E2B.Protocol.Process;
using EntryInfo = E2B.Protocol.Filesystem.EntryInfo;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace E2B.Core.Tests.Fakes;

/// <summary>A fake: a daemon whose listings, archives and files say whatever the test says.</summary>
internal sealed class LyingSandbox
{
    private readonly List<GnuTarEntry> _packed = [];
    private readonly List<EntryInfo> _entries = [];
    private readonly Dictionary<string, byte[]> _files = [];
    private byte[] _archive = [];

    public static Timestamp Time { get; } = new() { Seconds = 1_600_000_000, Nanos = 123_456_700 };

    public EntryInfo Root { get; set; } =
        new() { Name = "root", Path = "/root", Type = FileType.Directory, Mode = 0b111_101_101, ModifiedTime = Time };

    /// <summary>What tar says about single files.</summary>
    public string Words { get; set; } = string.Empty;

    /// <summary>How often tar's connection breaks in its middle before it does not.</summary>
    public int Breaks { get; set; }

    public Sandbox Open()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true))
        {
            _packed.ForEach(writer.WriteEntry);
        }

        _archive = archive.ToArray();
        return Client.Sandbox(new FakeHandler(Answer));
    }

    public LyingSandbox List(string path, FileType type = FileType.File, long size = 0, string? target = null)
    {
        var entry = new EntryInfo { Name = path[(path.LastIndexOf('/') + 1)..], Path = path, Type = type, Size = size, Mode = 0b110_100_100, ModifiedTime = Time };
        if (target is not null)
        {
            entry.SymlinkTarget = target;
        }

        _entries.Add(entry);
        return this;
    }

    public LyingSandbox Pack(string name, string content) => Pack(new GnuTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
    });

    public LyingSandbox PackLink(string name, string target, TarEntryType type = TarEntryType.SymbolicLink) =>
        Pack(new GnuTarEntry(type, name) { LinkName = target });

    public LyingSandbox Pack(GnuTarEntry entry)
    {
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(Time.Seconds);
        _packed.Add(entry);
        return this;
    }

    /// <summary>A file that is there, listed and sent as it is.</summary>
    public LyingSandbox Honest(string path, string content) => List(path, size: Encoding.UTF8.GetByteCount(content)).Pack(path, content);

    public LyingSandbox Large(string path, byte[] content, long? listedSize = null)
    {
        _files[path] = content;
        return List(path, size: listedSize ?? content.Length);
    }

    private HttpResponseMessage Answer(SentRequest request) => request.Uri.AbsolutePath switch
    {
        "/filesystem.Filesystem/Stat" => Stat(StatRequest.Parser.ParseFrom(request.Body).Path),
        "/filesystem.Filesystem/ListDir" => Answers.Proto(new ListDirResponse { Entries = { _entries } }),
        "/process.Process/Start" => Start(Frames.Request<StartRequest>(request.Body)),
        "/process.Process/StreamInput" => InputTaken(),
        "/process.Process/CloseStdin" => Answers.Proto(new CloseStdinResponse()),
        "/process.Process/SendSignal" => Answers.Proto(new SendSignalResponse()),
        "/process.Process/Connect" => Answers.Stream(ScriptedStream.Of(Frames.Start(7), Frames.StdOut("the rest"), Frames.Exit(), Frames.Done())),
        "/files" => Answers.Stream(new MemoryStream(_files[Uri.UnescapeDataString(request.Uri.Query["?path=".Length..])])),
        _ => Answers.Error(500, $"no route for {request.PathAndQuery}"),
    };

    private HttpResponseMessage Stat(string path)
    {
        EntryInfo? entry = path == Root.Path ? Root : _entries.Find(entry => entry.Path == path);
        return entry is null
            ? Answers.Json("""{"code":"not_found","message":"file not found"}""", System.Net.HttpStatusCode.NotFound)
            : Answers.Proto(new StatResponse { Entry = entry });
    }

    private HttpResponseMessage Start(StartRequest request)
    {
        if (request.Process.Cmd != "tar")
        {
            return Answers.Stream(ScriptedStream.Of(Frames.Start(6), Frames.StdOut("gnu\n"), Frames.Exit(), Frames.Done()));
        }

        if (Breaks > 0)
        {
            Breaks--;
            return Answers.Stream(new ScriptedStream(Frames.Start(7), Frames.StdOut(_archive[..(_archive.Length / 2)]))
                .Close(new HttpIOException(HttpRequestError.ResponseEnded)));
        }

        byte[][] words = Words.Length > 0 ? [Frames.StdErr(Words)] : [];
        return Answers.Stream(ScriptedStream.Of([Frames.Start(7), .. _archive.Chunk(700).Select(Frames.StdOut), .. words, Frames.Exit(Words.Length > 0 ? 2 : 0), Frames.Done()]));
    }

    private static HttpResponseMessage InputTaken()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Protocol.Connect.Envelope.Write(buffer, Protocol.Connect.MessageCodec.Binary, new StreamInputResponse());
        new Protocol.Connect.StreamEnd(null).WriteTo(buffer);
        return Answers.Stream(new MemoryStream(buffer.WrittenSpan.ToArray()));
    }
}

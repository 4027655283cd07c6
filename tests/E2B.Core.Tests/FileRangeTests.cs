using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class FileRangeTests
{
    private const string Content = "0123456789";

    private static readonly DateTimeOffset _modified = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>How a service may treat ranges.</summary>
    public enum Service
    {
        /// <summary>As it should.</summary>
        Ranges,

        /// <summary>It sends all of the file and its size.</summary>
        IgnoresRanges,

        /// <summary>It sends all of the file and does not say how much that is.</summary>
        HidesSize,
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Service, string, string, long> Parts()
    {
        var data = new TheoryData<Service, string, string, long>();
        foreach (Service service in Enum.GetValues<Service>())
        {
            data.Add(service, "from 0", Content, 0);
            data.Add(service, "from 3", "3456789", 3);
            data.Add(service, "from 9", "9", 9);
            data.Add(service, "from 10", "", 10);
            data.Add(service, "slice 0 4", "0123", 0);
            data.Add(service, "slice 4 3", "456", 4);
            data.Add(service, "slice 8 100", "89", 8);
            data.Add(service, "slice 8 max", "89", 8);
            data.Add(service, "slice 10 5", "", 10);
            data.Add(service, "slice 4 0", "", 4);
            data.Add(service, "last 3", "789", 7);
            data.Add(service, "last 10", Content, 0);
            data.Add(service, "last 11", Content, 0);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task A_part_of_a_file_is_that_part_whatever_the_service_does(Service service, string range, string expected, long offset)
    {
        await using SandboxFileStream stream = await Sandbox(service, Content).Files.OpenReadAsync("/x", Parse(range), cancellationToken: Token);

        Assert.Equal(expected, await new StreamReader(stream).ReadToEndAsync(Token));
        Assert.Equal((offset, (long)expected.Length), (stream.Offset, stream.Position));
        Assert.Equal(_modified, stream.LastModified);
        if (service != Service.HidesSize)
        {
            Assert.Equal((Content.Length, expected.Length), (stream.TotalLength, stream.Length));
        }
    }

    [Theory]
    [InlineData(Service.Ranges)]
    [InlineData(Service.IgnoresRanges)]
    [InlineData(Service.HidesSize)]
    public async Task A_range_that_starts_past_the_end_is_an_error_with_both_numbers(Service service)
    {
        FilesClient files = Sandbox(service, Content).Files;

        foreach (string range in (string[])["from 11", "slice 11 1"])
        {
            var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.OpenReadAsync("/d/x", Parse(range), cancellationToken: Token));

            Assert.Contains("/d/x", error.Message, StringComparison.Ordinal);
            Assert.Contains("11", error.Message, StringComparison.Ordinal);
            Assert.Contains("10 bytes", error.Message, StringComparison.Ordinal);
            Assert.Equal("sbx1", error.SandboxId);
        }
    }

    [Theory]
    [InlineData(Service.Ranges)]
    [InlineData(Service.IgnoresRanges)]
    [InlineData(Service.HidesSize)]
    public async Task An_empty_file_has_an_empty_end_and_nothing_past_it(Service service)
    {
        FilesClient files = Sandbox(service, "").Files;

        foreach (string range in (string[])["from 0", "slice 0 5", "last 5", "last 0"])
        {
            await using SandboxFileStream stream = await files.OpenReadAsync("/x", Parse(range), cancellationToken: Token);
            Assert.Equal(-1, stream.ReadByte());
        }

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.OpenReadAsync("/x", FileRange.From(1), cancellationToken: Token));
    }

    [Fact]
    public async Task The_end_of_a_long_file_without_a_size_is_found()
    {
        string content = string.Concat(Enumerable.Range(0, 40_000).Select(i => i.ToString("x5", CultureInfo.InvariantCulture)));
        await using SandboxFileStream stream = await Sandbox(Service.HidesSize, content).Files.OpenReadAsync("/x", FileRange.Last(100_001), cancellationToken: Token);

        Assert.Equal(content[^100_001..], await new StreamReader(stream).ReadToEndAsync(Token));
        Assert.Equal((content.Length, 100_001, content.Length - 100_001), (stream.TotalLength, stream.Length, stream.Offset));
    }

    [Theory]
    [InlineData("from 5", "bytes=5-")]
    [InlineData("slice 5 10", "bytes=5-14")]
    [InlineData("slice 5 max", "bytes=5-")]
    [InlineData("last 7", "bytes=-7")]
    [InlineData("from 0", null)]
    public async Task A_range_is_asked_for_and_never_compressed(string range, string? header)
    {
        var handler = new FakeHandler(request => Answer(Service.Ranges, Encoding.UTF8.GetBytes(new string('x', 100)), request));

        await using SandboxFileStream stream = await Client.Sandbox(handler).Files.OpenReadAsync("/x", Parse(range), new SandboxFileOptions { Gzip = true }, Token);

        Assert.Equal(header, handler.Only.Headers.GetValueOrDefault("Range"));
        Assert.Equal(header is null, handler.Only.Headers.ContainsKey("Accept-Encoding"));
    }

    [Fact]
    public void A_range_has_no_negative_numbers()
    {
        Assert.Throws<E2BInvalidArgumentException>(() => FileRange.From(-1));
        Assert.Throws<E2BInvalidArgumentException>(() => FileRange.Slice(-1, 1));
        Assert.Throws<E2BInvalidArgumentException>(() => FileRange.Slice(1, -1));
        Assert.Throws<E2BInvalidArgumentException>(() => FileRange.Last(-1));
    }

    [Theory]
    [InlineData("bytes 0-2/10")]
    [InlineData("bytes 3-8/10")]
    [InlineData("bytes 3-9/20")]
    [InlineData(null)]
    public async Task Another_part_than_the_one_asked_for_is_no_answer(string? contentRange)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new StringContent("xyz") };
            response.Content.Headers.ContentRange = contentRange is null ? null : ContentRangeHeaderValue.Parse(contentRange);
            return response;
        }));

        await Assert.ThrowsAsync<E2BProtocolException>(() => sandbox.Files.OpenReadAsync("/x", FileRange.From(3), cancellationToken: Token));
    }

    [Fact]
    public async Task A_part_that_ends_too_early_is_a_broken_connection()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(request =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new StreamContent(new ScriptedStream("345"u8.ToArray()).Close()) };
            response.Content.Headers.ContentRange = ContentRangeHeaderValue.Parse("bytes 3-9/10");
            return request.PathAndQuery == "/health" ? Answers.Empty(204) : response;
        }));
        await using SandboxFileStream stream = await sandbox.Files.OpenReadAsync("/x", FileRange.From(3), cancellationToken: Token);
        byte[] buffer = new byte[10];

        Assert.Equal(3, await stream.ReadAsync(buffer, Token));
        await Assert.ThrowsAsync<E2BUnreachableException>(() => stream.ReadExactlyAsync(buffer, Token).AsTask());
        Assert.Equal(6, stream.Offset + stream.Position);
    }

    [Fact]
    public async Task Whole_files_tell_their_length_too()
    {
        await using SandboxFileStream known = await Sandbox(Service.Ranges, Content).Files.OpenReadAsync("/x", cancellationToken: Token);
        await using SandboxFileStream unknown = await Sandbox(Service.HidesSize, Content).Files.OpenReadAsync("/x", cancellationToken: Token);

        Assert.Equal((10, 10, 0), (known.Length, known.TotalLength, known.Offset));
        Assert.Null(unknown.TotalLength);
        Assert.False(unknown.TryGetLength(out _));
        Assert.Throws<NotSupportedException>(() => unknown.Length);
    }

    private static FileRange Parse(string text)
    {
        string[] words = text.Split(' ');
        long Number(int i) => words[i] == "max" ? long.MaxValue : long.Parse(words[i], CultureInfo.InvariantCulture);
        return words[0] switch
        {
            "from" => FileRange.From(Number(1)),
            "slice" => FileRange.Slice(Number(1), Number(2)),
            _ => FileRange.Last(Number(1)),
        };
    }

    private static Sandbox Sandbox(Service service, string content) =>
        Client.Sandbox(new FakeHandler(request => Answer(service, Encoding.UTF8.GetBytes(content), request)));

    /// <summary>A fake of the daemon: ranges as Go's <c>http.ServeContent</c> treats them.</summary>
    private static HttpResponseMessage Answer(Service service, byte[] content, SentRequest request)
    {
        HttpResponseMessage response;
        if (service == Service.HidesSize)
        {
            response = new HttpResponseMessage { Content = new StreamContent(new ScriptedStream(content).Close()) };
        }
        else if (service == Service.Ranges && content.Length == 0 && request.Headers.GetValueOrDefault("Range")?.StartsWith("bytes=-", StringComparison.Ordinal) == true)
        {
            response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent([]) };
            Assert.True(response.Content.Headers.TryAddWithoutValidation("Content-Range", "bytes 0--1/0"));
        }
        else if (service == Service.IgnoresRanges || content.Length == 0 || request.Headers.GetValueOrDefault("Range") is not { } header)
        {
            response = new HttpResponseMessage { Content = new ByteArrayContent(content) };
        }
        else
        {
            RangeItemHeaderValue item = RangeHeaderValue.Parse(header).Ranges.Single();
            long from = item.From ?? Math.Max(0, content.Length - item.To!.Value);
            long to = item.From is null ? content.Length - 1 : Math.Min(item.To ?? long.MaxValue, content.Length - 1);
            if (from >= content.Length)
            {
                response = Answers.Text(416, "invalid range: failed to overlap\n");
                response.Content.Headers.ContentRange = new ContentRangeHeaderValue(content.Length);
            }
            else
            {
                response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent(content[(int)from..(int)(to + 1)]) };
                response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to, content.Length);
            }
        }

        response.Content.Headers.LastModified = _modified;
        return response;
    }
}

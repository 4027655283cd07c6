using System.Text;
using E2B.Code.Wire;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Code;

public class CodeSizeTests
{
    private const int Large = 60 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_may_be_larger_than_50_megabytes()
    {
        byte[] content = new byte[Large];
        new Random(1).NextBytes(content);
        byte[] line = Encoding.ASCII.GetBytes($$"""{"type":"result","png":"{{Convert.ToBase64String(content)}}"}""");
        byte[][] pieces = [.. line.Chunk(1_000_003), "\n{\"type\":\"end_of_execution\"}\n"u8.ToArray()];

        CodeExecution execution = await Client.Running(pieces).Code.RunAsync("x", cancellationToken: Token);

        Assert.True(content.AsSpan().SequenceEqual(Assert.Single(execution.Results).Png));
    }

    [Fact]
    public async Task The_room_is_that_of_the_longest_line_and_is_given_back()
    {
        var lengths = new List<int>();
        var room = new List<int>();
        using var bytes = new MemoryStream(Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Repeat("a", 200_000).Append(new string('b', 3_000_000)).Append("c").Append("d"))));
        var reader = new NdjsonReader(buffer => bytes.ReadAsync(buffer, Token));

        while (await reader.ReadLineAsync() is { } line)
        {
            lengths.Add(line.Length);
            room.Add(reader.Capacity);
        }

        Assert.Equal(200_003, lengths.Count);
        Assert.Equal(3_000_000, lengths[200_000]);
        Assert.All(room.Take(200_000), static capacity => Assert.Equal(NdjsonReader.UsualBuffer, capacity));
        Assert.InRange(room[200_000], 3_000_000, 8_000_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(NdjsonReader.UsualBuffer)]
    [InlineData(NdjsonReader.UsualBuffer + 1)]
    [InlineData(3 * NdjsonReader.UsualBuffer)]
    public async Task Lines_of_any_length_are_whole_whatever_a_read_brings(int length)
    {
        string[] expected = [.. Enumerable.Range(0, 9).Select(i => new string((char)('a' + i), length + i))];
        foreach (int step in new[] { 1 + (length / 5), length, (2 * length) + 3 })
        {
            using var bytes = new MemoryStream(Encoding.ASCII.GetBytes(string.Join("\n", expected)));
            var reader = new NdjsonReader(buffer => bytes.ReadAsync(buffer[..Math.Min(step, buffer.Length)], Token));
            var lines = new List<string>();
            while (await reader.ReadLineAsync() is { } line)
            {
                lines.Add(Encoding.ASCII.GetString(line.Span));
            }

            Assert.Equal(expected, lines);
        }
    }

    [Fact]
    public async Task However_much_comes_the_stream_keeps_none_of_it()
    {
        const int Events = 400;
        byte[] piece = Encoding.ASCII.GetBytes($$"""{"type":"stdout","text":"{{new string('x', 500_000)}}"}""" + "\n");
        var body = new ScriptedStream(Enumerable.Repeat(piece, Events).Append("{\"type\":\"end_of_execution\"}\n"u8.ToArray()).ToArray()).Close();
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Stream(body)));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        int count = 0;

        await foreach (CodeEvent _ in sandbox.Code.StreamAsync("x", cancellationToken: Token))
        {
            if (++count % 100 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(Events, count);
        Assert.InRange(most, long.MinValue, 16 * 1024 * 1024);
    }
}

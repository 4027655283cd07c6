using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class FileLinesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a\nb", new[] { "a", "b" })]
    [InlineData("a\r\n\r\nb\r\n", new[] { "a", "", "b" })]
    [InlineData("\uFEFFgrüße €\n\U0001F600", new[] { "grüße €", "\U0001F600" })]
    [InlineData("\n", new[] { "" })]
    public async Task A_file_is_read_by_lines_wherever_its_bytes_are_split(string content, string[] expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        var split = new ScriptedStream([.. bytes.Select(b => new[] { b })]);
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => new HttpResponseMessage { Content = new StreamContent(split.Close()) }));

        var lines = new List<string>();
        await foreach (string line in sandbox.Files.ReadLinesAsync("/x", cancellationToken: Token))
        {
            lines.Add(line);
        }

        Assert.Equal(expected, lines);
        Assert.True(split.IsDisposed);
    }

    [Fact]
    public async Task A_line_is_there_before_the_next_has_come_and_leaving_closes_the_file()
    {
        var body = new ScriptedStream("one\ntwo\nthr"u8.ToArray());
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => new HttpResponseMessage { Content = new StreamContent(body) }));

        var lines = new List<string>();
        await foreach (string line in sandbox.Files.ReadLinesAsync("/x", cancellationToken: Token))
        {
            lines.Add(line);
            if (lines.Count == 2)
            {
                break;
            }
        }

        Assert.Equal(["one", "two"], lines);
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task A_missing_file_is_an_error_of_its_own()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Error(404, "path '/x' does not exist")));

        await Assert.ThrowsAsync<SandboxFileNotFoundException>(async () =>
        {
            await foreach (string _ in sandbox.Files.ReadLinesAsync("/x", cancellationToken: Token))
            {
            }
        });
    }
}

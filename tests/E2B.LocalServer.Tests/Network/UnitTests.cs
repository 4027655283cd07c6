using System.Net;
using System.Text;
using E2B.LocalServer.Network;
using E2B.LocalServer.Network.Egress;
using E2B.LocalServer.Network.Names;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>The parts that need no network.</summary>
public sealed class UnitTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("1.2.3.4", "1.2.3.4/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("255.255.255.255/32", "255.255.255.255/32")]
    [InlineData("1.2.3.4/33", null)]
    [InlineData("1.2.3.4/-1", null)]
    [InlineData("1.2.3.4/", null)]
    [InlineData("1.2.3", null)]
    [InlineData("1", null)]
    [InlineData("010.0.0.1", null)]
    [InlineData("1.2.3.4.5", null)]
    [InlineData("::1", null)]
    [InlineData("a.b.c.d", null)]
    [InlineData("", null)]
    public void Ranges_are_read(string text, string? range)
    {
        Assert.Equal(range is not null, AddressRange.TryParse(text, out var read));
        if (range is not null)
        {
            Assert.Equal(range, read.ToString());
        }
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("1.2.3.4/32", "1.2.3.5", false)]
    [InlineData("0.0.0.0/0", "::1", false)]
    public void Addresses_lie_in_ranges(string range, string address, bool contains) =>
        Assert.Equal(contains, AddressRange.Parse(range).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.0/8", "10.213.64.0/30", true)]
    [InlineData("10.213.64.0/30", "10.0.0.0/8", true)]
    [InlineData("10.213.64.0/30", "10.213.64.4/30", false)]
    [InlineData("0.0.0.0/0", "10.213.64.4/30", true)]
    public void Ranges_overlap(string one, string other, bool overlap) =>
        Assert.Equal(overlap, AddressRange.Parse(one).Overlaps(AddressRange.Parse(other)));

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("*.example.com", true)]
    [InlineData("*", true)]
    [InlineData("localhost", true)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("a_b.example", true)]
    [InlineData("*.*.example", false)]
    [InlineData("a*.example", false)]
    [InlineData("example.com.", false)]
    [InlineData(".example.com", false)]
    [InlineData("-a.example", false)]
    [InlineData("bücher.example", false)]
    [InlineData("example.com\n", false)]
    [InlineData("", false)]
    public void Names_are_read(string text, bool isOne) => Assert.Equal(isOne, NamePattern.TryParse(text, out _));

    [Theory]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", ".example.com", false)]
    [InlineData("*.example.com", "badexample.com", false)]
    [InlineData("example.com", "EXAMPLE.com", true)]
    [InlineData("example.com", "a.example.com", false)]
    public void Names_match(string pattern, string name, bool matches)
    {
        Assert.True(NamePattern.TryParse(pattern, out var read));
        Assert.Equal(matches, read.Matches(name));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", true, "a.example")]
    [InlineData("GET / HTTP/1.1\r\nX: y\r\nhOST:  a.example:8080 \r\n\r\n", true, "a.example")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n", false, null)]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", true, null)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", true, null)]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", true, null)]
    [InlineData("\u0016\u0003", true, null)]
    [InlineData("", false, null)]
    public void The_name_is_found_in_a_request(string text, bool isKnown, string? name)
    {
        Assert.Equal(isKnown, HttpHost.TryFindName(Encoding.Latin1.GetBytes(text), out var found));
        Assert.Equal(name, found);
    }

    [Fact]
    public void The_name_is_found_in_a_client_hello_however_it_is_cut()
    {
        var hello = Hello("a.example");
        for (var length = 0; length < hello.Length; length++)
        {
            Assert.False(ClientHello.TryFindName(hello.AsSpan(0, length), out _), $"known after {length} of {hello.Length}");
        }

        Assert.True(ClientHello.TryFindName(hello, out var name));
        Assert.Equal("a.example", name);

        // In three records.
        byte[] body = hello[5..];
        byte[] cut = [.. Record(body[..1]), .. Record(body[1..50]), .. Record(body[50..])];
        Assert.True(ClientHello.TryFindName(cut, out name));
        Assert.Equal("a.example", name);
    }

    [Fact]
    public void A_client_hello_without_a_name_or_with_lies_has_none()
    {
        Assert.True(ClientHello.TryFindName(Hello(null), out var name));
        Assert.Null(name);
        Assert.True(ClientHello.TryFindName("GET / HTTP/1.1\r\n"u8, out name));
        Assert.Null(name);

        // Every length in it that says more than there is.
        var hello = Hello("a.example");
        for (var i = 9; i < hello.Length; i++)
        {
            var broken = (byte[])hello.Clone();
            broken[i] = 0xFF;
            ClientHello.TryFindName(broken, out _);
        }
    }

    [Fact]
    public void The_hosts_resolvers_are_read_as_they_are_at_the_moment()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# comment\nsearch a.example\nnameserver 127.0.0.53\n  nameserver\t10.0.0.1 # no\nnameserver nonsense\nnameserver ::1\n");
            var resolvers = new ResolverList([], file);
            Assert.Equal(["127.0.0.53:53", "10.0.0.1:53", "[::1]:53"], resolvers.Current.Select(one => one.ToString()));

            File.WriteAllText(file, "options x\n");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
            Assert.Equal(["127.0.0.1:53"], resolvers.Current.Select(one => one.ToString()));

            Assert.Equal("9.9.9.9:5353", Assert.Single(new ResolverList([IPEndPoint.Parse("9.9.9.9:5353")], file).Current).ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Hello(string? name)
    {
        var extensions = new List<byte> { 0, 43, 0, 3, 2, 3, 4 };
        if (name is not null)
        {
            var length = (byte)name.Length;
            extensions.AddRange([0, 0, 0, (byte)(length + 5), 0, (byte)(length + 3), 0, 0, length, .. Encoding.ASCII.GetBytes(name)]);
        }

        byte[] body = [3, 3, .. new byte[32], 4, 1, 2, 3, 4, 0, 2, 0x13, 1, 1, 0, 0, (byte)extensions.Count, .. extensions];
        return Record([1, 0, 0, (byte)body.Length, .. body]);
    }

    private static byte[] Record(byte[] part) => [22, 3, 1, 0, (byte)part.Length, .. part];
}

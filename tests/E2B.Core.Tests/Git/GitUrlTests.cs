using E2B.Git;

namespace E2B.Core.Tests.Git;

public class GitUrlTests
{
    [Theory]
    [InlineData("https://u:p@host/x")]
    [InlineData("https://token@host/x")]
    [InlineData("HTTP://u:p@host")]
    [InlineData(" https://u:p@host/x")]
    [InlineData("https://u:p@s@host/x")]
    [InlineData("https://:p@host/x")]
    [InlineData("https::https://u:p@host/x")]
    [InlineData("--repo=https://token@host/x")]
    [InlineData("url.https://u:p@host/.insteadOf")]
    [InlineData("ftp://u:p@host/x")]
    [InlineData("ssh://u:p@host/x")]
    public void An_address_with_a_secret_is_refused_and_not_repeated(string url)
    {
        string message = Assert.Throws<E2BInvalidArgumentException>(() => GitUrl.Check(url)).Message;

        Assert.DoesNotContain("p@", message);
        Assert.DoesNotContain("token@", message);
    }

    [Theory]
    [InlineData("https://host/a@b")]
    [InlineData("https://host?x=a@b")]
    [InlineData("git@github.com:o/r.git")]
    [InlineData("ssh://git@host/r")]
    [InlineData("ssh://git@host:22/r@x")]
    [InlineData("https://host:8443/a@b")]
    [InlineData("/srv/r.git")]
    public void Other_addresses_are_taken(string url) => Assert.Equal(url, GitUrl.Check(url));

    [Theory]
    [InlineData("https://host/o/r.git", "r")]
    [InlineData("https://host/o/r/", "r")]
    [InlineData("git@host:o/r.git", "r")]
    [InlineData("host:r", "r")]
    [InlineData("/srv/a b/.git", "a b")]
    [InlineData("file:///srv/r.git/", "r")]
    public void The_directory_is_the_last_part(string url, string directory) => Assert.Equal(directory, GitUrl.DirectoryOf(url));

    [Theory]
    [InlineData("https://host")]
    [InlineData("https://host/")]
    [InlineData("/")]
    [InlineData("..")]
    public void Without_a_last_part_the_path_has_to_be_given(string url) => Assert.Throws<E2BInvalidArgumentException>(() => GitUrl.DirectoryOf(url));

    [Theory]
    [InlineData("https://host:8443/o/r", "https://host:8443")]
    [InlineData("http://me@[::1]:80/r", "http://[::1]:80")]
    public void A_credential_is_for_a_server(string url, string server) => Assert.Equal(server, GitUrl.ServerOf(url));

    [Theory]
    [InlineData("ssh://git@host/r")]
    [InlineData("git@host:r")]
    [InlineData("/srv/r")]
    [InlineData("https://x.helper=!id/r")]
    [InlineData("https://x\ny/r")]
    public void A_credential_is_for_http_and_a_server_alone(string url) => Assert.Throws<E2BInvalidArgumentException>(() => GitUrl.ServerOf(url));

    [Fact]
    public void What_git_says_is_shown_without_secrets() =>
        Assert.Equal("fatal: 'https://***@host/x' and http://***@h, git@host:x", GitUrl.Redact("fatal: 'https://u:p@host/x' and http://tok@h, git@host:x"));

    [Theory]
    [InlineData("a\nb", "x")]
    [InlineData("a", "x\0")]
    [InlineData("", "x")]
    [InlineData("a", "")]
    public void A_credential_has_two_lines_that_are_there(string user, string password) =>
        Assert.Throws<E2BInvalidArgumentException>(() => new GitCredential(user, password));

    [Fact]
    public void A_credential_shows_no_password()
    {
        var credential = new GitCredential("me", "s3cr3t");

        Assert.DoesNotContain("s3cr3t", credential.ToString());
        Assert.DoesNotContain("s3cr3t", System.Text.Json.JsonSerializer.Serialize(credential));
    }
}

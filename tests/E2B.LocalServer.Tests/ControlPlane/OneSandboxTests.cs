using System.Net;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class OneSandboxTests
{
    [Fact]
    public async Task Get_says_everything()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","metadata":{"a":"b"},"allow_internet_access":false""");

        Answer answer = await server.ApiAsync("GET", $"/sandboxes/{id}");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(id, (string)answer.Json!["sandboxID"]!);
        Assert.Equal((string)server.Host.Only.Init!["accessToken"]!, (string)answer.Json["envdAccessToken"]!);
        Assert.False((bool)answer.Json["allowInternetAccess"]!);
        Assert.Equal("kill", (string)answer.Json["lifecycle"]!["onTimeout"]!);
        Assert.False((bool)answer.Json["lifecycle"]!["autoResume"]!);
        Assert.Equal("b", (string)answer.Json["metadata"]!["a"]!);
        Assert.Equal($"localhost:{server.Port}", (string)answer.Json["domain"]!);
        Assert.Equal("running", (string)answer.Json["state"]!);
    }

    [Fact]
    public async Task An_id_may_carry_the_old_client_id()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.ApiAsync("GET", $"/sandboxes/{id}-6532622b")).Status);
    }

    [Theory]
    [InlineData("inobody", 404)]
    [InlineData("a-b-c", 400)]
    [InlineData("UPPER", 400)]
    [InlineData("..%2Fx", 400)]
    public async Task A_sandbox_that_is_not_there(string id, int status)
    {
        await using TestServer server = await TestServer.StartAsync();

        Assert.Equal(status, (int)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Status);
        Assert.Equal(status, (int)(await server.ApiAsync("DELETE", $"/sandboxes/{id}")).Status);
    }

    [Fact]
    public async Task Delete_answers_when_it_is_gone()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.ApiAsync("DELETE", $"/sandboxes/{id}");

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.True(server.Host.Only.Disposed.IsCompleted);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("DELETE", $"/sandboxes/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("GET", $"/sandboxes/{id}")).Status);
        Assert.Equal("[]", (await server.ApiAsync("GET", "/sandboxes")).Text);
    }
}

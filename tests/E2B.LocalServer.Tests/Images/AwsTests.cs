using System.Text;
using E2B.LocalServer.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>A key of Amazon's becomes a name and a password for its registry.</summary>
public sealed class AwsTests
{
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static readonly AwsCredentials _credentials = new("AKIDEXAMPLE", SecretKey, "us-east-1");

    /// <summary>"get-vanilla" and "post-vanilla" of the test suite that Amazon publishes for its signature.</summary>
    [Theory]
    [InlineData("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void Signatures_are_as_Amazon_makes_them(string method, string signature)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "https://example.amazonaws.com/");
        AwsSignature.Sign(request, [], _credentials, "service", new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));

        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}",
            request.Headers.Authorization!.ToString());
    }

    [Fact]
    public async Task A_password_is_asked_for_and_given()
    {
        string? target = null;
        string? authorization = null;
        string token = Convert.ToBase64String(Encoding.UTF8.GetBytes("AWS:a:password"));
        var signIn = await AskAsync(_credentials, context =>
        {
            target = context.Request.Headers["X-Amz-Target"];
            authorization = context.Request.Headers.Authorization;
            return (200, $$"""{"authorizationData":[{"authorizationToken":"{{token}}","expiresAt":1.7E9}]}""");
        });

        Assert.Equal(("AWS", "a:password"), signIn);
        Assert.Equal("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", target);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", authorization, StringComparison.Ordinal);
        Assert.Contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target", authorization, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretKey, authorization, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"__type":"UnrecognizedClientException","message":"The security token wJalrXUtnFEMI is invalid."}""", "UnrecognizedClientException")]
    [InlineData(403, "<html>", "HTTP status 403")]
    [InlineData(200, """{"authorizationData":[]}""", "cannot be read")]
    public async Task What_Amazon_refuses_is_said_without_what_it_quotes(int status, string answer, string said)
    {
        var error = await Assert.ThrowsAsync<ImageException>(() => AskAsync(_credentials, _ => (status, answer)));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wJalr", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("us-east-1/../evil.example")]
    [InlineData("evil.example#")]
    [InlineData("")]
    public async Task A_region_cannot_lead_elsewhere(string region)
    {
        var signIn = new RegistrySignIn(TimeProvider.System);
        var error = await Assert.ThrowsAsync<ImageException>(() => signIn.GetAsync(_credentials with { Region = region }, TestContext.Current.CancellationToken));

        Assert.Contains("no region of AWS", error.Message, StringComparison.Ordinal);
    }

    private static async Task<(string User, string Password)?> AskAsync(AwsCredentials credentials, Func<HttpContext, (int Status, string Body)> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication amazon = builder.Build();
        amazon.Run(context =>
        {
            (context.Response.StatusCode, string body) = answer(context);
            return context.Response.WriteAsync(body);
        });
        await amazon.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(amazon.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return await new RegistrySignIn(TimeProvider.System, _ => address).GetAsync(credentials, TestContext.Current.CancellationToken);
    }
}

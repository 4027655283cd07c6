using System.Net;
using System.Text.Json.Nodes;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Creating;

/// <summary>What goes to the service.</summary>
internal static class Body
{
    public const string Made = """{"templateID":"tpl1","sandboxID":"sbx1","clientID":"c","envdVersion":"0.6.13","envdAccessToken":"sandbox-token-5f1c77"}""";

    /// <summary>The body of a create, without the label that marks each request.</summary>
    public static async Task<JsonObject> OfCreateAsync(SandboxCreateOptions options)
    {
        var handler = new FakeHandler(_ => Answers.Json(Made, HttpStatusCode.Created));
        using E2BClient client = Client.With(handler);
        await client.Sandboxes.CreateAsync(options, TestContext.Current.CancellationToken);
        JsonObject sent = JsonNode.Parse(handler.Only.Text)!.AsObject();
        Assert.True(sent["metadata"]!.AsObject().Remove("e2b-dotnet-request-id"));
        return sent;
    }

    /// <summary>Sees that a create is refused here, before anything is sent, and returns what is said.</summary>
    public static async Task<string> RefusalOfAsync(SandboxCreateOptions options)
    {
        var handler = new FakeHandler(_ => Answers.Json(Made, HttpStatusCode.Created));
        using E2BClient client = Client.With(handler);
        E2BInvalidArgumentException refused = await Assert.ThrowsAsync<E2BInvalidArgumentException>(
            () => client.Sandboxes.CreateAsync(options, TestContext.Current.CancellationToken));
        Assert.Empty(handler.Requests);
        return refused.Message;
    }

    public static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString() ?? "null");
}

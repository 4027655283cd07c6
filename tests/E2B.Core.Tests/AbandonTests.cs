using System.Net;
using System.Text.Json;
using E2B.Protocol.Rest;

namespace E2B.Core.Tests;

/// <summary>What becomes of what was asked for and not waited for.</summary>
public sealed class AbandonTests
{
    [Fact]
    public async Task A_sandbox_whose_create_was_given_up_is_ended_again()
    {
        var answer = new TaskCompletionSource();
        var killed = new TaskCompletionSource<string>();
        var asked = new TaskCompletionSource();
        var handler = new SlowHandler(async request =>
        {
            if (request.Method == HttpMethod.Delete)
            {
                killed.TrySetResult(request.RequestUri!.AbsolutePath);
                return new HttpResponseMessage(HttpStatusCode.NoContent);
            }

            asked.TrySetResult();
            await answer.Task;
            var made = new SandboxModel { TemplateID = "base", SandboxID = "made", EnvdVersion = "0.6.13" };
            return new HttpResponseMessage(HttpStatusCode.Created)
            {
                Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(made, RestJson.Default.SandboxModel)),
            };
        });
        using var client = new E2BClient(new E2BConnectionOptions
        {
            ApiKey = "e2b_00", Domain = "example.org", Environment = _ => null, HandlerFactory = () => handler,
        });
        using var stop = new CancellationTokenSource();

        Task<Sandbox> creating = client.Sandboxes.CreateAsync(cancellationToken: stop.Token);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        answer.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => creating);
        Assert.Equal("/sandboxes/made", await killed.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    private sealed class SlowHandler(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request).WaitAsync(cancellationToken);
    }
}

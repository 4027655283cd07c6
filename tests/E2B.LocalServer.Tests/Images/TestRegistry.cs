using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace E2B.LocalServer.Tests.Images;

/// <summary>A registry on 127.0.0.1: what skopeo asks for, over HTTP, to whoever has the password where there is one.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (byte[] Content, string Type)> _manifests = new();
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<string, int> _requests = new();
    private WebApplication _application = null!;

    /// <summary>Who may ask: <c>name:password</c>; everybody without.</summary>
    public string? SignIn { get; set; }

    /// <summary>Asked before a layer is given, with the answer to come: it may wait, or answer by itself.</summary>
    public Func<HttpContext, Task<bool>>? OnBlob { get; set; }

    /// <summary>The registry as image names have it.</summary>
    public string Name => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;

    /// <summary>How often something was given: <c>blobs</c>, <c>manifests</c>.</summary>
    public int Given(string what) => _requests.GetValueOrDefault(what);

    public static async Task<TestRegistry> StartAsync()
    {
        var registry = new TestRegistry();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        registry._application = builder.Build();
        registry._application.Run(registry.AnswerAsync);
        await registry._application.StartAsync();
        return registry;
    }

    /// <summary>Puts an image there.</summary>
    /// <returns>Its name with the registry's.</returns>
    public string Add(string name, TestImage image)
    {
        AddParts(name, image);
        _manifests[$"{name.Split(':')[0]}/{name.Split(':')[1]}"] = (image.Manifest, TestImage.ManifestType);
        return $"{Name}/{name}";
    }

    /// <summary>Puts an image of several architectures there.</summary>
    public string Add(string name, params (TestImage Image, string Architecture)[] images)
    {
        foreach ((TestImage image, _) in images)
        {
            AddParts(name, image);
        }

        byte[] index = TestImage.Index(images);
        _manifests[$"{name.Split(':')[0]}/{name.Split(':')[1]}"] = (index, TestImage.IndexType);
        _manifests[$"{name.Split(':')[0]}/{TestImage.DigestOf(index)}"] = (index, TestImage.IndexType);
        return $"{Name}/{name}";
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private void AddParts(string name, TestImage image)
    {
        _manifests[$"{name.Split(':')[0]}/{image.Digest}"] = (image.Manifest, TestImage.ManifestType);
        foreach ((string digest, byte[] content) in image.Blobs)
        {
            _blobs[digest] = content;
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (SignIn is { } who && context.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(who)))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
            await ErrorAsync(context, 401, "UNAUTHORIZED", "authentication required");
            return;
        }

        // /v2/, /v2/<name>/manifests/<tag or digest>, /v2/<name>/blobs/<digest>
        string[] parts = context.Request.Path.Value!.Trim('/').Split('/');
        if (parts is ["v2"])
        {
            context.Response.StatusCode = 200;
        }
        else if (parts is ["v2", .. var named, "manifests", var tag] && _manifests.TryGetValue($"{string.Join('/', named)}/{tag}", out var manifest))
        {
            Count("manifests");
            context.Response.ContentType = manifest.Type;
            context.Response.Headers["Docker-Content-Digest"] = TestImage.DigestOf(manifest.Content);
            await SendAsync(context, manifest.Content);
        }
        else if (parts is ["v2", .., "blobs", var digest] && _blobs.TryGetValue(digest, out byte[]? blob))
        {
            Count("blobs");
            if (OnBlob is null || !await OnBlob(context))
            {
                await SendAsync(context, blob);
            }
        }
        else
        {
            await ErrorAsync(context, 404, parts.Contains("manifests") ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN", "manifest unknown");
        }
    }

    private void Count(string what) => _requests.AddOrUpdate(what, 1, (_, count) => count + 1);

    private static async Task SendAsync(HttpContext context, byte[] content)
    {
        context.Response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content);
        }
    }

    private static Task ErrorAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace E2B.Bench;

/// <summary>A Kestrel that stores one file and gives it back, and nothing else; and a client for it that speaks to edge and agent in the same words.</summary>
internal static class Plain
{
    private const int Block = 128 * 1024;

    /// <summary>Serves until stdin ends. Its address is the first line that it prints.</summary>
    public static async Task ServeAsync(string file)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, 0);
            options.Limits.MaxRequestBodySize = null;
        });
        await using WebApplication app = builder.Build();
        app.Run(async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, 0);
                await context.Request.Body.CopyToAsync(target, Block);
            }
            else
            {
                await context.Response.SendFileAsync(file);
            }
        });
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    /// <summary>Sends a file's bytes to an address, or takes them from it, and prints the seconds. Once before, which does not count.</summary>
    public static async Task TransferAsync(string direction, int mebibytes, string url)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        long size = mebibytes * 1024L * 1024;
        Func<long, Task> work = direction == "put" ? bytes => PutAsync(http, url, bytes) : bytes => GetAsync(http, url, bytes);
        await work(direction == "put" ? 1024 * 1024 : size);
        long begun = Stopwatch.GetTimestamp();
        await work(size);
        Console.WriteLine(Stopwatch.GetElapsedTime(begun).TotalSeconds.ToString("0.0000", CultureInfo.InvariantCulture));
    }

    private static async Task PutAsync(HttpClient http, string url, long size)
    {
        using var content = new Zeros(size);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage answer = await http.PostAsync(new Uri(url), content);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task GetAsync(HttpClient http, string url, long size)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        byte[] block = new byte[Block];
        long total = 0;
        while (await body.ReadAsync(block) is > 0 and int count)
        {
            total += count;
        }

        if (total != size)
        {
            throw new InvalidDataException($"{total} bytes came, not {size}");
        }
    }

    private sealed class Zeros(long size) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            byte[] block = new byte[Block];
            for (long left = size; left > 0; left -= block.Length)
            {
                await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, left)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = size;
            return true;
        }
    }
}

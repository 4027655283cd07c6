using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace E2B.GitServer;

/// <summary>
/// Git repositories by HTTP, as <c>git http-backend</c> serves them: those in the folder <c>public</c> to everybody, others to
/// whoever knows the password. What is below <c>/moved/</c> is at <see cref="MovedTo"/>.
/// </summary>
public sealed class GitHttpServer : IAsyncDisposable
{
    private readonly string _root;
    private readonly string _authorization;
    private readonly WebApplication _application;

    private GitHttpServer(string root, string userName, string password)
    {
        _root = root;
        _authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}"));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = root });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = null);
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Where everything below <c>/moved/</c> is.</summary>
    public string? MovedTo { get; set; }

    /// <summary>What clients sent to be let in, each time that they did.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = [];

    /// <summary>As long as there is this file, who fetches from the repository or pushes to it has to wait.</summary>
    public string HoldFile(string repository) => Path.Combine(_root, repository + ".hold");

    /// <summary>Starts it.</summary>
    public static async Task<GitHttpServer> StartAsync(string root, string userName, string password)
    {
        Directory.CreateDirectory(root);
        var server = new GitHttpServer(root, userName, password);
        await server._application.StartAsync();
        server.Port = new Uri(server._application.Urls.First()).Port;
        return server;
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        string authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            Authorizations.Enqueue(authorization);
        }

        if (path.StartsWith("/moved/", StringComparison.Ordinal))
        {
            context.Response.Redirect($"{MovedTo}{path["/moved".Length..]}{context.Request.QueryString}");
            return;
        }

        if (!path.StartsWith("/public/", StringComparison.Ordinal) && authorization != _authorization)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }

        string hold = HoldFile(path[1..Math.Max(1, path.LastIndexOf('/'))]);
        while (HttpMethods.IsPost(context.Request.Method) && File.Exists(hold))
        {
            await Task.Delay(20, context.RequestAborted);
        }

        await RunBackendAsync(context, path, authorization.Length > 0);
    }

    private async Task RunBackendAsync(HttpContext context, string path, bool isKnown)
    {
        HttpRequest request = context.Request;
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_PROJECT_ROOT"] = _root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_COUNT"] = "2";
        start.Environment["GIT_CONFIG_KEY_0"] = "http.receivepack";
        start.Environment["GIT_CONFIG_VALUE_0"] = "true";
        start.Environment["GIT_CONFIG_KEY_1"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_1"] = "*";
        start.Environment["PATH_INFO"] = path;
        start.Environment["QUERY_STRING"] = request.QueryString.Value!.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? string.Empty;
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        if (request.ContentLength is { } length)
        {
            start.Environment["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        }

        if (isKnown)
        {
            start.Environment["REMOTE_USER"] = "tester";
        }

        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        using Process backend = Process.Start(start)!;
        backend.ErrorDataReceived += static (_, _) => { };
        backend.BeginErrorReadLine();
        try
        {
            Task feeding = FeedAsync(request, backend, context.RequestAborted);
            await AnswerWithAsync(backend.StandardOutput.BaseStream, context);
            await feeding;
            await backend.WaitForExitAsync(context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went away.
            backend.Kill(entireProcessTree: true);
        }
    }

    private static async Task FeedAsync(HttpRequest request, Process backend, CancellationToken gone)
    {
        await request.Body.CopyToAsync(backend.StandardInput.BaseStream, gone);
        backend.StandardInput.Close();
    }

    /// <summary>Passes on what the backend says, as a CGI program says it: headers, an empty line, the body.</summary>
    private static async Task AnswerWithAsync(Stream output, HttpContext context)
    {
        HttpResponse response = context.Response;
        while (await ReadLineAsync(output, context.RequestAborted) is { Length: > 0 } line)
        {
            string[] header = line.Split(": ", 2);
            if (header[0] == "Status")
            {
                response.StatusCode = int.Parse(header[1].AsSpan(0, 3), CultureInfo.InvariantCulture);
            }
            else
            {
                response.Headers[header[0]] = header[1];
            }
        }

        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await output.CopyToAsync(response.Body, context.RequestAborted);
    }

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken gone)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, gone) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd('\r');
    }
}

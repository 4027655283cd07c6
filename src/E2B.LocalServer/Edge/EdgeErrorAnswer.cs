using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using E2B.LocalServer.ControlPlane;

namespace E2B.LocalServer.Edge;

/// <summary>Writes an error of the edge: JSON, or a page for a person who opened the address in a browser.</summary>
internal static class EdgeErrorAnswer
{
    private static readonly string[] _browsers = ["mozilla", "chrome", "safari", "firefox", "edge", "opera", "msie"];
    private static readonly string[] _byScript = ["cors", "no-cors", "same-origin", "websocket"];

    public static Task WriteAsync(HttpContext context, EdgeError error)
    {
        bool isPage = WantsPage(context.Request);
        byte[] body = isPage ? Page(error) : JsonSerializer.SerializeToUtf8Bytes(error, ServerJson.Default.EdgeError);
        HttpResponse response = context.Response;
        response.Clear();
        response.StatusCode = error.Code;
        response.ContentType = isPage ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    // As in the cloud: what a page's scripts fetch carries the browser's name too, and expects JSON.
    private static bool WantsPage(HttpRequest request)
    {
        string accept = request.Headers.Accept.ToString();
        string mode = request.Headers["Sec-Fetch-Mode"].ToString();
        if (Contains(accept, "application/json") && !Contains(accept, "text/html"))
        {
            return false;
        }

        bool isScript = _byScript.Contains(mode, StringComparer.OrdinalIgnoreCase)
            || (!mode.Equals("navigate", StringComparison.OrdinalIgnoreCase) && request.Headers.ContainsKey("X-Requested-With"));
        string agent = request.Headers.UserAgent.ToString();
        return !isScript && _browsers.Any(name => Contains(agent, name));
    }

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static byte[] Page(EdgeError error)
    {
        var facts = new StringBuilder();
        foreach ((string name, string? value) in (ReadOnlySpan<(string, string?)>)
            [("sandbox", error.SandboxId), ("port", error.Port?.ToString(CultureInfo.InvariantCulture)), ("path", error.Path)])
        {
            if (value is not null)
            {
                facts.Append(CultureInfo.InvariantCulture, $"<dt>{name}</dt><dd><code>{WebUtility.HtmlEncode(value)}</code></dd>");
            }
        }

        string message = WebUtility.HtmlEncode(error.Message);
        return Encoding.UTF8.GetBytes(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>{error.Code}: {message}</title></head>
            <body><h1>{message}</h1><dl>{facts}</dl></body></html>

            """);
    }
}

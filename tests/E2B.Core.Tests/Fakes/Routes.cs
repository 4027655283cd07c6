namespace E2B.Core.Tests.Fakes;

/// <summary>Fakes that answer by what a path ends with; what no route is for is answered with 500.</summary>
internal static class Routes
{
    public static FakeHandler Of(params (string End, Func<SentRequest, HttpResponseMessage> Answer)[] routes) => new(request =>
    {
        foreach ((string end, Func<SentRequest, HttpResponseMessage> answer) in routes)
        {
            if (request.PathAndQuery.EndsWith(end, StringComparison.Ordinal))
            {
                return answer(request);
            }
        }

        return Answers.Error(500, $"no route for {request.PathAndQuery}");
    });

    /// <summary>An answer that streams these pieces and then ends.</summary>
    public static Func<SentRequest, HttpResponseMessage> Stream(params byte[][] pieces) => _ => Answers.Stream(ScriptedStream.Of(pieces));

    /// <summary>An answer that streams these pieces and then breaks.</summary>
    public static Func<SentRequest, HttpResponseMessage> Broken(params byte[][] pieces) =>
        _ => Answers.Stream(new ScriptedStream(pieces).Close(new HttpIOException(HttpRequestError.ResponseEnded)));

    public static Func<SentRequest, HttpResponseMessage> Status(int status) => _ => Answers.Empty(status);

    public static Func<SentRequest, HttpResponseMessage> Json(string json) => _ => Answers.Json(json);

    public static Func<SentRequest, HttpResponseMessage> Unreachable() => _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
}

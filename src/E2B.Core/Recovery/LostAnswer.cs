namespace E2B.Recovery;

/// <summary>What a failure leaves open about a request that was to make something.</summary>
internal enum LostAnswerKind
{
    /// <summary>Nothing: it was not done.</summary>
    NotDone,

    /// <summary>It may have been done. The server is through with it.</summary>
    IsOver,

    /// <summary>It may have been done, or may still be.</summary>
    MayComeYet,
}

/// <summary>Tells failures after which something may have been made from those after which nothing was.</summary>
internal static class LostAnswer
{
    public static LostAnswerKind Of(E2BException failure) => failure switch
    {
        // The client stopped listening, the connection broke, or a gateway did: a server behind it may be at work.
        E2BTimeoutException { Kind: E2BTimeoutKind.Request } => LostAnswerKind.MayComeYet,
        E2BUnreachableException { StatusCode: null } => IsUnsent(failure) ? LostAnswerKind.NotDone : LostAnswerKind.MayComeYet,
        E2BUnreachableException { StatusCode: 502 or 504 } => LostAnswerKind.MayComeYet,

        // The server says that it does not do this at all.
        { StatusCode: 501 } => LostAnswerKind.NotDone,

        // The server is done with the request and says that it failed, or something that is no answer.
        E2BProtocolException { StatusCode: null } or { StatusCode: >= 500 } => LostAnswerKind.IsOver,
        _ => LostAnswerKind.NotDone,
    };

    private static bool IsUnsent(E2BException failure) => failure.InnerException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };
}

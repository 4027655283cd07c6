namespace E2B.EndToEnd.Tests;

/// <summary>What becomes of a create between a client and the server.</summary>
internal enum CreateFault
{
    None,

    /// <summary>429 once, with a time to wait.</summary>
    TooMany,

    /// <summary>429 every time.</summary>
    StormOfTooMany,

    /// <summary>The connection breaks before the server hears of it.</summary>
    ResetBefore,

    /// <summary>The connection breaks when the server has acted.</summary>
    ResetAfter,

    /// <summary>The connection breaks in the middle of the answer.</summary>
    CutInTheAnswer,

    BadGatewayBefore,
    BadGatewayAfter,
    UnavailableBefore,
    UnavailableAfter,
    ServerErrorAfter,
    GatewayTimeoutAfter,

    /// <summary>The answer comes when the client waits no more.</summary>
    AnswersTooLate,
}

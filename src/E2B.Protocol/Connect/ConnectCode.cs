namespace E2B.Protocol.Connect;

/// <summary>The error codes of the Connect protocol, as gRPC numbers them.</summary>
public enum ConnectCode
{
    /// <summary>The caller gave up.</summary>
    Canceled = 1,

    /// <summary>An error without a better code.</summary>
    Unknown = 2,

    /// <summary>The request is malformed, whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The time limit passed.</summary>
    DeadlineExceeded = 4,

    /// <summary>The thing asked for is not there.</summary>
    NotFound = 5,

    /// <summary>The thing to be made is there already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known, and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a rate limit or the disk is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The call was given up because of a conflict.</summary>
    Aborted = 10,

    /// <summary>Beyond the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The server does not offer this.</summary>
    Unimplemented = 12,

    /// <summary>Something that should hold does not.</summary>
    Internal = 13,

    /// <summary>Not to be reached now; a repeat may succeed.</summary>
    Unavailable = 14,

    /// <summary>Data was lost.</summary>
    DataLoss = 15,

    /// <summary>No valid credentials, or an unknown user of the sandbox.</summary>
    Unauthenticated = 16,
}

/// <summary>How codes appear on the wire: as a snake_case name, and as an HTTP status.</summary>
public static class ConnectCodes
{
    private static readonly string[] _names =
    [
        "", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
        "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range",
        "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
    ];

    /// <summary>The wire name of a code, such as <c>not_found</c>.</summary>
    public static string ToWireName(ConnectCode code) => _names[(int)code];

    /// <summary>The code of a wire name; <see langword="null"/> for a name that the protocol does not have.</summary>
    public static ConnectCode? FromWireName(string? name)
    {
        int index = string.IsNullOrEmpty(name) ? -1 : Array.IndexOf(_names, name);
        return index > 0 ? (ConnectCode)index : null;
    }

    /// <summary>The HTTP status that a unary answer with this code carries.</summary>
    public static int ToHttpStatus(ConnectCode code) => code switch
    {
        ConnectCode.Canceled => 499,
        ConnectCode.InvalidArgument or ConnectCode.FailedPrecondition or ConnectCode.OutOfRange => 400,
        ConnectCode.DeadlineExceeded => 504,
        ConnectCode.NotFound => 404,
        ConnectCode.AlreadyExists or ConnectCode.Aborted => 409,
        ConnectCode.PermissionDenied => 403,
        ConnectCode.ResourceExhausted => 429,
        ConnectCode.Unimplemented => 501,
        ConnectCode.Unavailable => 503,
        ConnectCode.Unauthenticated => 401,
        _ => 500,
    };

    /// <summary>The code to assume for an HTTP error whose body carries none, as the protocol prescribes.</summary>
    public static ConnectCode FromHttpStatus(int status) => status switch
    {
        400 => ConnectCode.Internal,
        401 => ConnectCode.Unauthenticated,
        403 => ConnectCode.PermissionDenied,
        404 => ConnectCode.Unimplemented,
        429 or 502 or 503 or 504 => ConnectCode.Unavailable,
        _ => ConnectCode.Unknown,
    };
}

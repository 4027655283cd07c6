using System.Globalization;
using E2B.Protocol.Connect;

namespace E2B.Errors;

/// <summary>The one place where an answer, a Connect error or a broken connection becomes an exception.</summary>
internal static class ErrorMapper
{
    private const string KeyAdvice = "Check the API key (E2B_API_KEY); keys are at https://e2b.dev/dashboard?tab=keys.";
    private const string TokenAdvice = "The sandbox's access token is missing or wrong: connect to the sandbox by its id to get it.";
    private const string OwnerAdvice = "It belongs to another project or to the service itself, which this API key (E2B_API_KEY) cannot change.";
    private const string UserAdvice = "The Linux user has to exist in the sandbox; without one named, it is the sandbox's default user.";

    /// <summary>An error of the control plane, or of the daemon's plain HTTP side.</summary>
    /// <param name="context">What the call was about.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="fromDaemon">Whether it came from a sandbox's side: 502 then means that the sandbox is gone.</param>
    public static E2BException FromStatus(CallContext context, ErrorAnswer answer, bool fromDaemon)
    {
        string said = context.Quote(answer.Message);
        E2BException error = answer.Status switch
        {
            >= 300 and < 400 => new E2BProtocolException(
                $"Could not {context.Action}: {context.Server.Authority} redirects to {answer.Location?.GetLeftPart(UriPartial.Path) ?? "another address"}, "
                + "and credentials are not sent on. Set the URL that is meant (E2B_API_URL or E2B_SANDBOX_URL)."),
            400 when said.Contains("sandboxes using it", StringComparison.Ordinal) => new E2BConflictException(
                Sentence(context, said, string.Empty) + " End the sandboxes that were made from it first, paused ones too."),
            // The service has no other word for a build that it does not know.
            400 when context.Missing == Missing.TemplateBuild && IsAboutBuild(said) => NotFound(context, said),
            400 or 422 => new E2BInvalidArgumentException(Sentence(context, said, "the server refused the request as invalid")),
            403 when context.Missing is Missing.Template or Missing.TemplateBuild => Unauthorized(context, said, OwnerAdvice),
            401 or 403 when !fromDaemon => Unauthorized(context, said, KeyAdvice),
            401 or 403 when IsAboutUser(said) => UnknownUser(context, said),
            401 or 403 => Unauthorized(context, said, TokenAdvice),
            404 => NotFound(context, said),
            409 => new E2BConflictException(Sentence(context, said, "it conflicts with the present state")),
            429 => RateLimited(context, said, answer.RetryAfter),
            502 when fromDaemon => SandboxEnded(context, said),
            507 => NoSpace(context, said),
            // A directory on the way that could not be made is told like this.
            500 when fromDaemon && IsNoSpace(said) => NoSpace(context, said),
            502 or 503 or 504 => new E2BUnreachableException(
                Sentence(context, said, $"{context.Server.Authority} is temporarily unavailable (HTTP {answer.Status})") + " Try again later."),
            _ => new E2BException(Sentence(context, said, "the server failed") + $" (HTTP {answer.Status})"),
        };
        return With(error, context, answer.Status, answer.RequestId);
    }

    /// <summary>An error of the storage that a template's files go to, which has words of its own.</summary>
    public static E2BException FromStorage(CallContext context, ErrorAnswer answer) => With(
        new E2BException($"Could not {context.Action}: the storage at {context.Server.Authority} did not take them (HTTP {answer.Status}). Build again."),
        context,
        answer.Status,
        answer.RequestId);

    /// <summary>An error in Connect's form, from a unary answer or the end of a stream.</summary>
    public static E2BException FromConnect(CallContext context, ConnectError connect, int? status = null, string? requestId = null)
    {
        string said = context.Quote(connect.Message);
        InputRefusal refusal = RefusalOf(said);
        E2BException error = connect.Code switch
        {
            _ when refusal != InputRefusal.None => Refused(context, refusal),
            _ when IsNoSpace(said) => NoSpace(context, said),
            ConnectCode.InvalidArgument when said.Contains("on network filesystem", StringComparison.Ordinal) => new E2BInvalidArgumentException(
                Sentence(context, said, string.Empty) + " Allow it (AllowNetworkMounts, -AllowNetworkMount in PowerShell) to see at least the changes that are made in this sandbox."),
            ConnectCode.InvalidArgument or ConnectCode.OutOfRange =>
                new E2BInvalidArgumentException(Sentence(context, said, "the sandbox refused the request as invalid")),
            // The access token is checked before Connect has a say: this is about the user.
            ConnectCode.Unauthenticated => UnknownUser(context, said),
            ConnectCode.NotFound => NotFound(context, said),
            ConnectCode.AlreadyExists or ConnectCode.Aborted =>
                new E2BConflictException(Sentence(context, said, "it conflicts with the present state")),
            ConnectCode.ResourceExhausted => RateLimited(context, said, retryAfter: null),
            ConnectCode.Unavailable => SandboxEnded(context, said),
            ConnectCode.Canceled => new E2BTimeoutException(
                E2BTimeoutKind.Request, Sentence(context, said, "the request was given up on the way") + " A longer request timeout may help."),
            ConnectCode.DeadlineExceeded => new E2BTimeoutException(
                E2BTimeoutKind.Command, Sentence(context, said, "its time limit passed") + " Give it a longer one, or zero for none."),
            ConnectCode.Unimplemented => new E2BTemplateException(
                Sentence(context, said, "the daemon in the sandbox does not offer this") + " A template built anew brings the newest daemon."),
            _ => new E2BException(Sentence(context, said, "the sandbox reported a failure") + $" ({ConnectCodes.ToWireName(connect.Code)})"),
        };
        With(error, context, status, requestId);
        error.Facts = error.Facts with { Refusal = refusal };
        return error;
    }

    /// <summary>Bytes that are no valid answer.</summary>
    public static E2BException FromFraming(CallContext context, FramingException cause) => With(
        new E2BProtocolException(
            $"Could not {context.Action}: the answer of {context.Server.Authority} is not E2B's protocol. {cause.Message} "
            + "Check that the URL leads to E2B and not to something else.",
            cause),
        context);

    /// <summary>No connection, or one that broke.</summary>
    public static E2BException FromTransport(CallContext context, Exception cause)
    {
        HttpRequestError kind = (cause as HttpRequestException)?.HttpRequestError
            ?? (cause as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown;
        string server = context.Server.Authority;
        string what = kind switch
        {
            HttpRequestError.NameResolutionError => $"the name {context.Server.Host} cannot be resolved. Check the network and the domain.",
            HttpRequestError.ConnectionError => $"no connection to {server}. Check the network, the URL and the proxy, and that the server runs.",
            HttpRequestError.SecureConnectionError => $"no secure connection to {server}. Check its certificate, and that the URL's https is meant.",
            HttpRequestError.ProxyTunnelError => $"the proxy gives no way to {server}. Check its address and credentials.",
            _ => $"the connection to {server} broke. {context.AfterBreak ?? "Whether the request had an effect is not known: look before repeating it."}",
        };
        return With(new E2BUnreachableException($"Could not {context.Action}: {what}", cause), context);
    }

    /// <summary>No answer within the request timeout.</summary>
    public static E2BException RequestTimedOut(CallContext context, TimeSpan limit, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.Request,
            $"Could not {context.Action}: no answer of {context.Server.Authority} within the request timeout of {Seconds(limit)}. "
            + "Raise RequestTimeout (-RequestTimeoutSec in PowerShell), or set it to zero for no limit.",
            cause)
        { Limit = limit },
        context);

    /// <summary>A command's own limit passed.</summary>
    public static E2BException CommandTimedOut(CallContext context, TimeSpan limit, bool killed, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.Command,
            killed
                ? $"{context.Name} ran longer than its timeout of {Seconds(limit)} and was killed. Raise Timeout (-TimeoutSec in PowerShell), or set it to zero for no limit."
                : $"{context.Name} was followed for its timeout of {Seconds(limit)}; it may still run. Raise Timeout (-TimeoutSec in PowerShell), or set it to zero for no limit.",
            cause)
        { Limit = limit },
        context);

    /// <summary>Code ran for as long as it was allowed to.</summary>
    public static E2BException CodeTimedOut(CallContext context, TimeSpan limit, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.Code,
            $"The code ran longer than its timeout of {Seconds(limit)} and was interrupted; its context keeps what it had done by then. "
            + "Raise Timeout (-TimeoutSec in PowerShell), or set it to zero for no limit.",
            cause)
        { Limit = limit },
        context);

    /// <summary>The answer to running code ended without saying that the code has.</summary>
    public static E2BException CodeCutOff(CallContext context, Exception cause) => With(
        new E2BProtocolException(
            $"Could not {context.Action}: the answer ended before the code did. The code interpreter in the sandbox {context.SandboxId} most likely ended; "
            + "what its contexts held may be lost. Look at what is left before running it again.",
            cause),
        context);

    /// <summary>Nothing listens on the port of the code interpreter.</summary>
    public static E2BException NoCodeInterpreter(CallContext context, string? template, int status) => With(
        new CodeInterpreterNotFoundException(
            $"Could not {context.Action}: no code interpreter runs in the sandbox {context.SandboxId}"
            + (string.IsNullOrEmpty(template) ? ". " : $", which was made from the template {template}. ")
            + $"Make one from a template that has it, such as {CodeClient.Template}."),
        context,
        status);

    /// <summary>A watch was open for as long as it was allowed to be.</summary>
    public static E2BException WatchTimedOut(CallContext context, TimeSpan limit, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.Watch,
            $"'{context.Name}' was watched for the watch's timeout of {Seconds(limit)}. Raise Timeout, or set it to zero for no limit.",
            cause)
        { Limit = limit },
        context);

    /// <summary>The connection broke, and the sandbox is known to be gone.</summary>
    public static E2BException EndedDuringCall(CallContext context, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.SandboxEnded,
            $"Could not {context.Action}: the sandbox {context.SandboxId} was killed or reached the end of its lifetime meanwhile. "
            + "Give the next one a longer lifetime, or extend it in time.",
            cause),
        context);

    /// <summary>The same, when it is known that its lifetime is over.</summary>
    public static E2BException LifetimeEnded(CallContext context, DateTimeOffset end, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.SandboxEnded,
            string.Create(CultureInfo.InvariantCulture, $"Could not {context.Action}: the sandbox {context.SandboxId} reached the end of its lifetime at {end.UtcDateTime:HH:mm:ss} UTC. ")
            + "Give the next one a longer lifetime, or extend it in time.",
            cause),
        context);

    /// <summary>The connection broke because the sandbox was paused.</summary>
    public static E2BException Paused(CallContext context, Exception? cause) => With(
        new E2BTimeoutException(
            E2BTimeoutKind.SandboxPaused,
            $"Could not {context.Action}: the sandbox {context.SandboxId} was paused meanwhile. "
            + $"Connect to the sandbox to resume it. {context.AfterBreak}",
            cause),
        context);

    /// <summary>The connection broke, and none can be made any more.</summary>
    public static E2BException ConnectionLost(CallContext context, TimeSpan tried, bool knownToRun, Exception? cause) => With(
        new E2BUnreachableException(
            $"Could not {context.Action}: the connection to {context.Server.Authority} was lost and could not be made again in {Seconds(tried)}. "
            + (knownToRun
                ? "The sandbox itself runs, as the control plane says: the way to it is the trouble. "
                : "Nor does the control plane say anything: check the network. ")
            + context.AfterBreak,
            cause),
        context);

    /// <summary>The connection broke, and when it was made again the process was gone, too long ago for the daemon to know how it ended.</summary>
    public static E2BException ProcessLost(CallContext context, int pid, Exception cause) => With(
        new SandboxProcessNotFoundException(
            $"Could not {context.Action}: the connection broke, and when it was made again there was no process {pid} in the sandbox {context.SandboxId} any more. "
            + "It ended meanwhile; how is remembered for about 30 s only, so its exit code is not known.",
            cause),
        context);

    /// <summary>A start that failed because there is no sandbox to start in.</summary>
    public static E2BException NotRunning(CallContext context, E2BException cause) => With(
        new SandboxNotFoundException(
            $"Could not {context.Action}: the sandbox {context.SandboxId} is probably not running any more. Create another one; if this one is paused, connect to it first.",
            cause),
        context,
        cause.StatusCode,
        cause.RequestId);

    /// <summary>A create whose outcome was not known, and of which no sandbox was found.</summary>
    public static E2BException NotFoundAgain(E2BException failure, string mark) => MayHaveHappened(
        failure, $"No sandbox of this request was found; one that comes later has the label {Sandboxes.RequestMark.Key}={mark} and ends with its lifetime.");

    /// <summary>A create whose sandbox was found, but could not be connected to.</summary>
    public static E2BException FoundInVain(E2BException failure, string sandboxId)
    {
        E2BException error = MayHaveHappened(
            failure, $"The sandbox {sandboxId} was made all the same, but could not be connected to. Connect to it or end it; otherwise it ends with its lifetime.");
        error.Facts = error.Facts with { SandboxId = sandboxId };
        return error;
    }

    /// <summary>A failure after which something may have been made all the same.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="what">What may be there, and how to find it.</param>
    public static E2BException MayHaveHappened(E2BException failure, string what)
    {
        string message = $"{failure.Message} {what}";
        E2BException error = failure switch
        {
            E2BTimeoutException timeout => new E2BTimeoutException(timeout.Kind, message, timeout.InnerException) { Limit = timeout.Limit },
            E2BUnreachableException => new E2BUnreachableException(message, failure.InnerException),
            E2BProtocolException => new E2BProtocolException(message, failure.InnerException),
            _ => new E2BException(message, failure.InnerException),
        };
        error.Facts = failure.Facts;
        return error;
    }

    /// <summary>Something that only a running sandbox can do, asked of a paused one.</summary>
    public static E2BException IsPaused(string action, E2BException cause) => new E2BConflictException(
        $"Could not {action}: it is paused. Resume it first, by connecting to it.", cause)
    {
        Facts = cause.Facts,
    };

    private static E2BException With(E2BException error, CallContext context, int? status = null, string? requestId = null)
    {
        error.Facts = new ErrorFacts(context.SandboxId, status, requestId);
        return error;
    }

    /// <summary>The daemon has one code for all of these; only its words tell them apart.</summary>
    private static InputRefusal RefusalOf(string said) => said switch
    {
        _ when said.Contains("stdin not enabled or closed", StringComparison.Ordinal) => InputRefusal.NoInput,
        _ when said.Contains("tty not assigned to process", StringComparison.Ordinal) => InputRefusal.NoTerminal,
        _ when said.Contains("tty assigned to process", StringComparison.Ordinal)
            || said.Contains("cannot close stdin for PTY", StringComparison.Ordinal) => InputRefusal.IsTerminal,
        _ when said.Contains("error writing to stdin", StringComparison.Ordinal)
            && said.Contains("broken pipe", StringComparison.Ordinal) => InputRefusal.NotRead,
        _ => InputRefusal.None,
    };

    private static E2BException Refused(CallContext context, InputRefusal refusal) => refusal == InputRefusal.NotRead
        ? new SandboxProcessNotFoundException($"Could not {context.Action}: it has ended in the sandbox {context.SandboxId}, or closed its stdin. What it had not read by then is lost.")
        : new E2BInvalidArgumentException($"Could not {context.Action}: " + refusal switch
        {
            InputRefusal.NoInput => "it has no stdin, or its stdin was closed. Start it with StandardInput = true to write to it.",
            InputRefusal.NoTerminal => "it has no terminal. Start it as one to type into it and to give it a size.",
            _ => "it has a terminal. Type into that; Ctrl+D (0x04) ends its input.",
        });

    private static string Sentence(CallContext context, string said, string otherwise) =>
        $"Could not {context.Action}: {(said.Length > 0 ? said : otherwise)}{(said.EndsWith('.') ? string.Empty : ".")}";

    private static string Seconds(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds:0.###} s");

    private static E2BAuthenticationException Unauthorized(CallContext context, string said, string advice) => new(
        Sentence(context, said, "the credentials were refused") + " " + advice);

    private static SandboxUserNotFoundException UnknownUser(CallContext context, string said) => new(
        Sentence(context, said, "there is no such Linux user") + " " + UserAdvice);

    private static E2BRateLimitException RateLimited(CallContext context, string said, TimeSpan? retryAfter) => new(
        Sentence(context, said, "too many requests")
        + (retryAfter is { } wait ? $" Try again in {Seconds(wait)}." : " Try again later."))
    {
        RetryAfter = retryAfter,
    };

    /// <summary>The access token and the user are refused with one status. Calls say "invalid username", files "error looking up user".</summary>
    private static bool IsAboutUser(string said) =>
        said.Contains("username", StringComparison.OrdinalIgnoreCase) || said.Contains("looking up user", StringComparison.OrdinalIgnoreCase);

    private static bool IsAboutBuild(string said) =>
        said.Contains("not found", StringComparison.OrdinalIgnoreCase) || said.Contains("build id", StringComparison.OrdinalIgnoreCase);

    private static bool IsNoSpace(string said) => said.Contains("no space left", StringComparison.OrdinalIgnoreCase);

    private static NotEnoughSpaceException NoSpace(CallContext context, string said) => new(
        Sentence(context, said, "the sandbox's disk is full") + " Remove something in the sandbox, or use a template with a larger disk.");

    private static E2BTimeoutException SandboxEnded(CallContext context, string said) => new(
        E2BTimeoutKind.SandboxEnded,
        Sentence(context, said, "the sandbox does not answer")
        + $" The sandbox {context.SandboxId} most likely reached the end of its lifetime: give the next one a longer lifetime, or extend it in time. If it is paused, connect to it to resume it.");

    private static E2BNotFoundException NotFound(CallContext context, string said) => context.Missing switch
    {
        Missing.Sandbox => new SandboxNotFoundException(
            $"The sandbox {context.SandboxId} was not found: it was killed, its lifetime ended, or it belongs to another project. List the sandboxes to see those that are there."),
        Missing.RunningSandbox => new SandboxNotFoundException(
            $"Could not {context.Action}: it does not run. It was killed or paused, its lifetime ended, or it belongs to another project. "
            + "Get it by its id to see which; connect to a paused one to resume it."),
        Missing.File => new SandboxFileNotFoundException(
            $"Could not {context.Action}: there is no '{context.Name}' in the sandbox {context.SandboxId}.{(said.Length > 0 ? $" ({said})" : string.Empty)}")
        {
            Path = context.Name,
        },
        Missing.Process => new SandboxProcessNotFoundException(
            $"Could not {context.Action}: {context.Name} is not running in the sandbox {context.SandboxId}. List its processes to see those that are."),
        Missing.Template => new TemplateNotFoundException(
            Sentence(context, said, $"there is no template '{context.Name}'") + " List the templates to see those that are there.")
        {
            Template = context.Name,
        },
        Missing.TemplateBuild => new TemplateBuildNotFoundException(
            Sentence(context, said, $"there is no build {context.Name}") + " List the template's builds to see those that are there.")
        {
            BuildId = context.Name,
        },
        Missing.CodeContext => new CodeContextNotFoundException(
            $"Could not {context.Action}: there is no context '{context.Name}' in the sandbox {context.SandboxId}. List its contexts to see those that are there."),
        _ => new E2BNotFoundException(Sentence(context, said, "not found")),
    };
}

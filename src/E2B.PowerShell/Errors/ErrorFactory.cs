using System.Management.Automation;

namespace E2B.PowerShell.Errors;

/// <summary>
/// The one place where failures become error records: a fixed id, a true category, the target, the cause kept.
/// </summary>
internal static class ErrorFactory
{
    /// <summary>Whether this is a failure that a cmdlet reports, rather than a defect that must be seen as one.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is E2BException or IOException or UnauthorizedAccessException;

    /// <summary>The record for a failure of the SDK or of a local file.</summary>
    public static ErrorRecord Create(Exception exception, object? target)
    {
        (string id, ErrorCategory category) = Classify(exception);
        return new ErrorRecord(exception, id, category, target ?? (exception as E2BException)?.SandboxId)
        {
            // The SDK cannot know by which command a person sees the log.
            ErrorDetails = exception is TemplateBuildException build
                ? new ErrorDetails($"{build.Message} Get it with: Get-E2BTemplateBuild {build.TemplateId} {build.BuildId} -Log")
                : null,
        };
    }

    /// <summary>The record for a wrong argument, with an id of its own.</summary>
    public static ErrorRecord InvalidArgument(string id, string message, object? target) =>
        new(new E2BInvalidArgumentException(message), id, ErrorCategory.InvalidArgument, target);

    /// <summary>The record for a thing that is not there, with an id of its own.</summary>
    public static ErrorRecord NotFound(string id, string message, object? target) =>
        new(new E2BNotFoundException(message), id, ErrorCategory.ObjectNotFound, target);

    /// <summary>The record for a command that ended with another exit code than the caller calls a success.</summary>
    public static ErrorRecord CommandFailed(CommandResult result) =>
        new(new CommandExitException(result), "E2BCommandFailed", ErrorCategory.InvalidResult, result);

    /// <summary>The record for code that failed. It is shown with the language's own traceback.</summary>
    public static ErrorRecord CodeFailed(CodeError error, string sandboxId) =>
        new(new CodeExecutionException(error, sandboxId), "E2BCodeFailed", ErrorCategory.InvalidResult, error)
        {
            ErrorDetails = error.PlainTraceback.Trim() is { Length: > 0 } traceback ? new ErrorDetails($"{error}\n{traceback}") : null,
        };

    private static (string Id, ErrorCategory Category) Classify(Exception exception) => exception switch
    {
        E2BProfileException stored => (stored.ErrorId, stored.Category),
        E2BWebServerException => ("E2BWebServerFailed", ErrorCategory.InvalidResult),
        SandboxNotFoundException => ("E2BSandboxNotFound", ErrorCategory.ObjectNotFound),
        SandboxFileNotFoundException => ("E2BFileNotFound", ErrorCategory.ObjectNotFound),
        SandboxUserNotFoundException => ("E2BUserNotFound", ErrorCategory.ObjectNotFound),
        SandboxProcessNotFoundException => ("E2BProcessNotFound", ErrorCategory.ObjectNotFound),
        TemplateNotFoundException => ("E2BTemplateNotFound", ErrorCategory.ObjectNotFound),
        TemplateBuildNotFoundException => ("E2BTemplateBuildNotFound", ErrorCategory.ObjectNotFound),
        CodeContextNotFoundException => ("E2BCodeContextNotFound", ErrorCategory.ObjectNotFound),
        CodeInterpreterNotFoundException => ("E2BNoCodeInterpreter", ErrorCategory.ObjectNotFound),
        E2BNotFoundException => ("E2BNotFound", ErrorCategory.ObjectNotFound),
        E2BAuthenticationException => ("E2BAuthenticationFailed", ErrorCategory.AuthenticationError),
        E2BRateLimitException => ("E2BRateLimited", ErrorCategory.LimitsExceeded),
        E2BTimeoutException { Kind: E2BTimeoutKind.Command } => ("E2BCommandTimeout", ErrorCategory.OperationTimeout),
        E2BTimeoutException { Kind: E2BTimeoutKind.Code } => ("E2BCodeTimeout", ErrorCategory.OperationTimeout),
        E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded } => ("E2BSandboxEnded", ErrorCategory.ResourceUnavailable),
        E2BTimeoutException { Kind: E2BTimeoutKind.SandboxPaused } => ("E2BSandboxPaused", ErrorCategory.ResourceUnavailable),
        E2BTimeoutException { Kind: E2BTimeoutKind.Wait } => ("E2BWaitTimeout", ErrorCategory.OperationTimeout),
        E2BTimeoutException => ("E2BRequestTimeout", ErrorCategory.OperationTimeout),
        E2BConflictException => ("E2BConflict", ErrorCategory.ResourceExists),
        NotEnoughSpaceException => ("E2BNoSpace", ErrorCategory.LimitsExceeded),
        LocalPortException => ("E2BLocalPortUnavailable", ErrorCategory.ResourceUnavailable),
        E2BUnreachableException => ("E2BUnreachable", ErrorCategory.ConnectionError),
        E2BInvalidArgumentException => ("E2BInvalidArgument", ErrorCategory.InvalidArgument),
        E2BTemplateException => ("E2BTemplateFailed", ErrorCategory.InvalidResult),
        TemplateBuildException => ("E2BTemplateBuildFailed", ErrorCategory.InvalidResult),
        TemplateContextException => ("E2BTemplateContextFailed", ErrorCategory.InvalidData),
        DockerfileException => ("E2BDockerfileInvalid", ErrorCategory.InvalidData),
        E2BMcpException => ("E2BMcpFailed", ErrorCategory.InvalidResult),
        E2BProtocolException => ("E2BProtocolError", ErrorCategory.ProtocolError),
        CodeExecutionException => ("E2BCodeFailed", ErrorCategory.InvalidResult),
        CommandExitException => ("E2BCommandFailed", ErrorCategory.InvalidResult),
        TransferEntryException { Error: TransferEntryError.Unsafe } => ("E2BUnsafeEntry", ErrorCategory.SecurityError),
        TransferEntryException { Error: TransferEntryError.Changed } => ("E2BEntryChanged", ErrorCategory.InvalidData),
        TransferEntryException { Error: TransferEntryError.Special } => ("E2BSpecialFile", ErrorCategory.InvalidType),
        TransferEntryException { Error: TransferEntryError.Directory } => ("E2BIsDirectory", ErrorCategory.InvalidArgument),
        TransferEntryException { Error: TransferEntryError.HashMismatch } => ("E2BHashMismatch", ErrorCategory.InvalidData),
        TransferEntryException { Error: TransferEntryError.InTheWay } => ("E2BInTheWay", ErrorCategory.ResourceExists),
        TransferEntryException => ("E2BEntryFailed", ErrorCategory.InvalidResult),
        GitException git => Classify(git),
        E2BException => ("E2BServiceError", ErrorCategory.NotSpecified),
        UnauthorizedAccessException => ("E2BLocalAccessDenied", ErrorCategory.PermissionDenied),
        IOException => ("E2BLocalFileError", ErrorCategory.ReadError),
        _ => ("E2BServiceError", ErrorCategory.NotSpecified),
    };

    private static (string Id, ErrorCategory Category) Classify(GitException exception) => exception switch
    {
        GitAuthenticationException => ("E2BGitAuthenticationFailed", ErrorCategory.AuthenticationError),
        GitUpstreamException => ("E2BGitNoUpstream", ErrorCategory.InvalidOperation),
        GitConflictException => ("E2BGitConflict", ErrorCategory.InvalidResult),
        GitDivergedException => ("E2BGitDiverged", ErrorCategory.InvalidOperation),
        GitRepositoryException => ("E2BGitNotARepository", ErrorCategory.ObjectNotFound),
        GitIdentityException => ("E2BGitNoIdentity", ErrorCategory.InvalidOperation),
        GitNotFoundException => ("E2BGitNotFound", ErrorCategory.ObjectNotFound),
        GitExistsException => ("E2BGitExists", ErrorCategory.ResourceExists),
        GitUnreachableException => ("E2BGitUnreachable", ErrorCategory.ConnectionError),
        GitNotInstalledException => ("E2BGitNotInstalled", ErrorCategory.NotInstalled),
        _ => ("E2BGitFailed", ErrorCategory.InvalidResult),
    };
}

namespace E2B.Git;

/// <summary>Why git failed.</summary>
internal enum GitFailureKind
{
    Other,
    NoSpace,
    NoIdentity,
    NoUpstream,
    NotARepository,
    Authentication,
    Diverged,
    Conflict,
    Exists,
    NotFound,
    Unreachable,
}

namespace E2B;

/// <summary>Why a lease has ended.</summary>
public enum SandboxLeaseEnd
{
    /// <summary>Its owner gave it up.</summary>
    Released,

    /// <summary>The sandbox is gone: somebody ended it, or it has reached the longest life that the service allows.</summary>
    Gone,

    /// <summary>The sandbox was paused. A lease wakes none.</summary>
    Paused,

    /// <summary>The service does not take the credentials any more.</summary>
    Refused,

    /// <summary>The service could not be reached for as long as the sandbox was sure to live.</summary>
    Unreachable,
}

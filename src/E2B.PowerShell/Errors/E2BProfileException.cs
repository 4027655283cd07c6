using System.Management.Automation;

namespace E2B.PowerShell;

/// <summary>A stored account cannot be used: the profile, project or secret is not there, or the file that holds it is broken.</summary>
public sealed class E2BProfileException : E2BException
{
    internal E2BProfileException(string errorId, ErrorCategory category, string message)
        : base(message)
    {
        ErrorId = errorId;
        Category = category;
    }

    internal string ErrorId { get; }

    internal ErrorCategory Category { get; }
}

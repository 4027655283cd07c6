namespace E2B.PowerShell.Running;

/// <summary>What becomes of a command's output.</summary>
internal sealed record OutputForm
{
    /// <summary>A typed result instead of output.</summary>
    public bool PassThru { get; init; }

    /// <summary>All at once at the end, instead of line by line.</summary>
    public bool Raw { get; init; }

    /// <summary>Bytes instead of text.</summary>
    public bool Bytes { get; init; }

    /// <summary>stderr goes where stdout goes, in order of arrival.</summary>
    public bool MergeStdErr { get; init; }

    /// <summary>Lines say which sandbox and stream they come from. It costs three times what a plain line does.</summary>
    public bool Tagged { get; init; }
}

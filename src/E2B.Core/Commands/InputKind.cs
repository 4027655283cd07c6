namespace E2B.Commands;

/// <summary>What input a process takes.</summary>
internal enum InputKind
{
    /// <summary>Not known: it was started elsewhere.</summary>
    Unknown,

    /// <summary>None.</summary>
    None,

    /// <summary>A pipe.</summary>
    Pipe,

    /// <summary>A terminal.</summary>
    Terminal,
}

namespace E2B;

/// <summary>Why an entry was not copied.</summary>
public enum TransferEntryError
{
    /// <summary>It could not be read or written.</summary>
    Failed,

    /// <summary>Its name or link would lead outside the destination, or cannot be there.</summary>
    Unsafe,

    /// <summary>It changed while it was read.</summary>
    Changed,

    /// <summary>It is no file, directory or link: a pipe, socket or device.</summary>
    Special,

    /// <summary>It is a directory, and what it holds was not asked for.</summary>
    Directory,

    /// <summary>What arrived is not what was sent.</summary>
    HashMismatch,

    /// <summary>Something else is in its place: a directory where a file would go, or the reverse.</summary>
    InTheWay,
}

/// <summary>One entry of a copy could not be copied. The others were.</summary>
public sealed class TransferEntryException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">Why.</param>
    /// <param name="path">The entry.</param>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public TransferEntryException(TransferEntryError error, string path, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Path = path;
    }

    /// <summary>Why.</summary>
    public TransferEntryError Error { get; }

    /// <summary>The entry, as it is named on the side where it was found.</summary>
    public string Path { get; }
}

using System.Management.Automation;

namespace E2B.PowerShell.Drive;

/// <summary>
/// Carries an error record through the engine, which otherwise puts one of its own in its place: the only way for readers
/// and writers of content, which have nobody to write an error to.
/// </summary>
internal sealed class RecordedException(ErrorRecord record) : Exception(record.Exception.Message, record.Exception), IContainsErrorRecord
{
    /// <inheritdoc/>
    public ErrorRecord ErrorRecord { get; } = record;
}

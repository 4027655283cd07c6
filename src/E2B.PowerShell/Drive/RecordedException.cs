using System.Management.Automation;

namespace E2B.PowerShell.Drive;

/// <summary>
/// Ends a command with an error record. The engine puts a record of its own in the place of what a provider ends a command
/// with, by ThrowTerminatingError too, unless the exception brings one along.
/// </summary>
internal sealed class RecordedException(ErrorRecord record) : Exception(record.Exception.Message, record.Exception), IContainsErrorRecord
{
    /// <inheritdoc/>
    public ErrorRecord ErrorRecord { get; } = record;
}

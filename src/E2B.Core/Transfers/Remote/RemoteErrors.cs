namespace E2B.Transfers.Remote;

/// <summary>What programs in the sandbox say when they fail, in the errors of this library.</summary>
internal static class RemoteErrors
{
    public const string InTheWay = "e2b-in-the-way:";

    /// <summary>The error for the whole copy.</summary>
    public static E2BException Of(Sandbox sandbox, string path, string action, CommandResult result)
    {
        string said = result.StandardError.Trim();
        string id = sandbox.SandboxId;
        if (IsNoSpace(said))
        {
            return new NotEnoughSpaceException(
                $"Could not {action} '{path}': the disk of the sandbox {id} is full. Remove something in the sandbox, or use a template with a larger disk.")
            {
                SandboxId = id,
            };
        }

        if (said.Contains(InTheWay, StringComparison.Ordinal))
        {
            string what = said[(said.IndexOf(InTheWay, StringComparison.Ordinal) + InTheWay.Length)..].Trim();
            return new TransferEntryException(TransferEntryError.InTheWay, path, $"Could not {action} '{path}': {what}.") { SandboxId = id };
        }

        string reason = said.Length > 0 ? LastLine(said) : result.Error ?? $"exit code {result.ExitCode}";
        return new TransferEntryException(TransferEntryError.Failed, path, $"Could not {action} '{path}' in the sandbox {id}: {reason}") { SandboxId = id };
    }

    public static bool IsNoSpace(string said) =>
        said.Contains("No space left", StringComparison.Ordinal) || said.Contains("quota exceeded", StringComparison.OrdinalIgnoreCase);

    private static string LastLine(string said) => said[(said.LastIndexOf('\n') + 1)..];
}

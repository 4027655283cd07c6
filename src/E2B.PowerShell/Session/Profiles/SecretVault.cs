using System.Management.Automation;
using System.Net;
using System.Security;

namespace E2B.PowerShell.Session;

/// <summary>Reads keys from the vaults of Microsoft.PowerShell.SecretManagement, where that module is.</summary>
internal static class SecretVault
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    /// <summary>A secret as text. Only for the pipeline's thread: the module's own cmdlet is run on it.</summary>
    /// <exception cref="E2BProfileException">The module or the secret is not there.</exception>
    public static string Read(string name, string? vault)
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand($@"{Module}\Get-Secret").AddParameter("Name", name).AddParameter("ErrorAction", ActionPreference.Stop);
        if (vault is not null)
        {
            shell.AddParameter("Vault", vault);
        }

        try
        {
            object? value = shell.Invoke().FirstOrDefault()?.BaseObject;
            string? text = value switch
            {
                SecureString secure => new NetworkCredential(string.Empty, secure).Password,
                PSCredential credential => credential.GetNetworkCredential().Password,
                _ => value as string,
            };
            return string.IsNullOrEmpty(text) ? throw NotFound(name, vault, "it is empty, or no text") : text;
        }
        catch (CommandNotFoundException)
        {
            throw new E2BProfileException(
                "E2BVaultMissing",
                ErrorCategory.NotInstalled,
                $"Keys in vaults need the module {Module}, which is not there. Install it (Install-PSResource {Module}), or give the key by -ApiKey.");
        }
        catch (RuntimeException e)
        {
            throw NotFound(name, vault, e.Message.TrimEnd('.'));
        }
    }

    private static E2BProfileException NotFound(string name, string? vault, string why) => new(
        "E2BSecretNotFound",
        ErrorCategory.ObjectNotFound,
        $"The secret '{name}' cannot be read from {(vault is null ? "the vaults" : $"the vault '{vault}'")}: {why}. Get-SecretInfo lists what is there.");
}

using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text.RegularExpressions;

namespace E2B.PowerShell.Templates;

/// <summary>What signs in to registries, from what scripts have it in.</summary>
internal static partial class RegistrySecrets
{
    public static TemplateRegistry? OfUser(PSCredential? credential) =>
        credential is null ? null : TemplateRegistry.ForUser(credential.UserName, credential.GetNetworkCredential().Password);

    /// <summary>Of Amazon. The region stands in the image's name, so it rarely has to be given.</summary>
    /// <exception cref="E2BInvalidArgumentException">It neither stands there nor is given.</exception>
    public static TemplateRegistry OfAws(PSCredential key, string? region, string image) => TemplateRegistry.ForAws(
        key.UserName,
        key.GetNetworkCredential().Password,
        region ?? (RegionPattern().Match(image) is { Success: true } match
            ? match.Groups[1].Value
            : throw new E2BInvalidArgumentException($"The name '{image}' does not say the registry's region. Give -AwsRegion, such as us-west-2.")));

    public static TemplateRegistry OfGoogle(SecureString json) => TemplateRegistry.ForGoogle(new NetworkCredential(string.Empty, json).Password);

    [GeneratedRegex(@"^\d+\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/", RegexOptions.CultureInvariant)]
    private static partial Regex RegionPattern();
}

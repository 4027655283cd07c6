using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Begins the definition of a template.</summary>
[Cmdlet(VerbsCommon.New, "E2BTemplate", DefaultParameterSetName = SourceSets.Base)]
[OutputType(typeof(Template))]
public sealed partial class NewE2BTemplateCommand : DefinitionCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteDefinition(() =>
    {
        Template template = Begin();
        template = template.WithContext(FindContext(template.ContextDirectory), Ignore);
        return SkipCache ? template.SkipWholeCache() : template;
    });

    private Template Begin() => ParameterSetName switch
    {
        SourceSets.Python => Template.FromPythonImage(VersionText.Check(FromPythonImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Node => Template.FromNodeImage(VersionText.Check(FromNodeImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Bun => Template.FromBunImage(VersionText.Check(FromBunImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Debian => Template.FromDebianImage(VersionText.Check(FromDebianImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Ubuntu => Template.FromUbuntuImage(VersionText.Check(FromUbuntuImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Fedora => Template.FromFedoraImage(VersionText.Check(FromFedoraImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Alpine => Template.FromAlpineImage(VersionText.Check(FromAlpineImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Arch => Template.FromArchImage(VersionText.Check(FromArchImage, MyInvocation), ScriptFile, ScriptLine),
        SourceSets.Image => Template.FromImage(FromImage, RegistrySecrets.OfUser(RegistryCredential), ScriptFile, ScriptLine),
        SourceSets.Aws => Template.FromImage(FromImage, RegistrySecrets.OfAws(AwsCredential, AwsRegion, FromImage), ScriptFile, ScriptLine),
        SourceSets.Google => Template.FromImage(FromImage, RegistrySecrets.OfGoogle(GcpServiceAccount), ScriptFile, ScriptLine),
        SourceSets.GoogleFile => Template.FromImage(FromImage, OfGoogleFile(), ScriptFile, ScriptLine),
        SourceSets.Template => Template.FromTemplate(TemplateArgument.GetName(FromTemplate)!, ScriptFile, ScriptLine),
        SourceSets.Dockerfile => FromFile(registry => Template.FromDockerfile(PathOrText(), registry, Tables.Merge(null, BuildArgument))),
        SourceSets.Config => FromFile(registry => TemplateConfig.Load(ConfigFile()).ToTemplate(registry, Tables.Merge(null, BuildArgument))),
        _ => Template.FromBaseImage(ScriptFile, ScriptLine),
    };

    /// <summary>A Dockerfile names its image itself; the name is asked for once more where it says the registry's region.</summary>
    private Template FromFile(Func<TemplateRegistry?, Template> read)
    {
        string[] given = [.. ((string[])[nameof(RegistryCredential), nameof(AwsCredential), nameof(GcpServiceAccount), nameof(GcpServiceAccountPath)]).Where(IsBound)];
        if (given.Length > 1)
        {
            throw new E2BInvalidArgumentException($"An image has one registry. Give one of -{string.Join(", -", given)}.");
        }

        if (IsBound(nameof(AwsRegion)) && !IsBound(nameof(AwsCredential)))
        {
            throw new E2BInvalidArgumentException("-AwsRegion is said of -AwsCredential. Give both, or leave it out.");
        }

        return read(given.FirstOrDefault() switch
        {
            nameof(RegistryCredential) => RegistrySecrets.OfUser(RegistryCredential),
            nameof(AwsCredential) => RegistrySecrets.OfAws(AwsCredential, AwsRegion, read(null).Source.Image ?? string.Empty),
            nameof(GcpServiceAccount) => RegistrySecrets.OfGoogle(GcpServiceAccount),
            nameof(GcpServiceAccountPath) => OfGoogleFile(),
            _ => null,
        });
    }

    private TemplateRegistry OfGoogleFile() => TemplateRegistry.ForGoogle(File.ReadAllText(ExistingFile(GcpServiceAccountPath)));

    private string PathOrText() => FromDockerfile.Contains('\n', StringComparison.Ordinal) ? FromDockerfile : ExistingFile(FromDockerfile);

    private string ConfigFile() => Directory.Exists(SessionState.Path.GetUnresolvedProviderPathFromPSPath(FromConfig))
        ? ExistingFile(Path.Combine(FromConfig, TemplateConfig.FileName))
        : ExistingFile(FromConfig);

    private string FindContext(string? usual)
    {
        if (ContextPath is null)
        {
            return usual ?? SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        }

        string place = SessionState.Path.GetUnresolvedProviderPathFromPSPath(ContextPath);
        if (!Directory.Exists(place))
        {
            ThrowTerminatingError(ErrorFactory.NotFound("E2BLocalFileNotFound", $"There is no directory '{ContextPath}' on this machine.", ContextPath));
        }

        return place;
    }
}

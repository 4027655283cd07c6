using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Adds a step to the definition of a template.</summary>
[Cmdlet(VerbsCommon.Add, "E2BTemplateStep", DefaultParameterSetName = StepSets.User)]
[OutputType(typeof(Template))]
public sealed partial class AddE2BTemplateStepCommand : DefinitionCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ParameterSetName == StepSets.User && User is null && !SkipCache)
        {
            Refuse("E2BNoStep", "There is no step. Name one, such as -Run 'make install' or -Copy app -Destination /home/user/app.", null);
        }

        foreach (string path in (string[])[Destination ?? string.Empty, Workdir, .. Remove, Rename, .. MakeDirectory, Symlink, Target, DevContainer])
        {
            SandboxPath.Check(this, path);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteDefinition(() => Add(SkipCache ? Template.SkipCache() : Template, ScriptFile, ScriptLine));

    private Template Add(Template to, string? file, int line) => ParameterSetName switch
    {
        StepSets.Copy => to.Copy(Sources(to), Destination!, CopyOptions(), file, line),
        StepSets.Workdir => to.SetWorkingDirectory(Workdir, file, line),
        StepSets.User => User is null ? to : to.SetUser(User, file, line),
        StepSets.Environment => to.SetEnvironment(Variables(Environment), file, line),
        StepSets.Remove => to.Remove(Remove, Recurse, Force, User, file, line),
        StepSets.Rename => to.Rename(Rename, Destination!, Force, User, file, line),
        StepSets.MakeDirectory => to.MakeDirectory(MakeDirectory, Mode, User, file, line),
        StepSets.Symlink => to.MakeSymlink(Target, Symlink, Force, User, file, line),
        StepSets.Apt => to.AptInstall(Apt, NoInstallRecommends, FixMissing, file, line),
        StepSets.Pip => to.PipInstall(Pip, ForUser, file, line),
        StepSets.Npm => to.NpmInstall(Npm.Length == 0 ? null : Npm, Global, Dev, file, line),
        StepSets.Bun => to.BunInstall(Bun.Length == 0 ? null : Bun, Global, Dev, file, line),
        StepSets.GitClone => to.GitClone(GitClone, Destination, Branch, Depth, User, file, line),
        StepSets.McpServer => to.AddMcpServer(McpServer, file, line),
        StepSets.DevContainer => to.PrebuildDevContainer(DevContainer, file, line),
        _ => to.Run(Run, User, file, line),
    };

    private IEnumerable<string> Sources(Template template)
    {
        string here = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        string context = template.ContextDirectory is { } directory ? Path.GetFullPath(directory, here) : here;
        return Copy.Select(source => CopiedPath.Of(source, context));
    }

    private TemplateCopyOptions CopyOptions() => new()
    {
        User = User,
        Mode = Mode,
        ForceUpload = ForceUpload,
        ResolveSymlinks = IsBound(nameof(ResolveSymlinks)) ? ResolveSymlinks : null,
        AllowOutside = AllowOutside,
        Gzip = IsBound(nameof(NoCompression)) ? !NoCompression : null,
    };

    // A hashtable has its entries in no order, and another order would be another layer: so by name, unless the table is [ordered].
    private static IEnumerable<KeyValuePair<string, string>> Variables(IDictionary table)
    {
        var variables = table.Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create(LanguagePrimitives.ConvertTo<string>(entry.Key), JsonTables.ToText(entry.Value)));
        return table is Hashtable ? variables.OrderBy(variable => variable.Key, StringComparer.Ordinal) : variables;
    }
}

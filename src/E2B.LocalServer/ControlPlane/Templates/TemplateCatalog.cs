namespace E2B.LocalServer.ControlPlane;

/// <summary>Finds what a client means by a template: one that is always there, or a snapshot.</summary>
internal sealed class TemplateCatalog(SnapshotStore snapshots)
{
    /// <summary>Finds the template that an id, <c>name</c> or <c>name:tag</c> means.</summary>
    /// <exception cref="ApiException">400 for what can be no name, 404 for what is not there.</exception>
    public Template Find(string reference)
    {
        TemplateName name = TemplateName.Parse(reference, "Invalid template reference");
        string tag = name.Tag ?? Snapshot.DefaultTag;
        if (FindBuiltIn(name) is { } builtIn)
        {
            return tag == Snapshot.DefaultTag ? builtIn : throw NoSuchTag(name, tag);
        }

        Snapshot snapshot = FindSnapshot(name) ?? throw NotFound(name);
        SnapshotState state = snapshot.States.FirstOrDefault(one => one.Tag == tag) ?? throw NoSuchTag(name, tag);
        return new Template(snapshot.Id, snapshot.Name, state.Limits) { Layers = state.Layers, EnvVars = state.EnvVars, Interpreter = state.Interpreter };
    }

    /// <summary>The id that a list's filter means.</summary>
    /// <returns><see langword="null"/> when there is no such template: then no sandbox is of it.</returns>
    public string? FindForFilter(string reference)
    {
        TemplateName name = TemplateName.Parse(reference, "Invalid template");
        if (name.Tag is not null)
        {
            // A sandbox does not know by which tag it was made.
            throw ApiException.BadRequest("Invalid template: tags are not supported here because sandboxes are not tag-scoped");
        }

        return FindBuiltIn(name)?.Id ?? FindSnapshot(name)?.Id;
    }

    /// <summary>The snapshot of a name.</summary>
    public Snapshot? FindSnapshot(TemplateName name) =>
        name.WrittenNamespace is null or TemplateName.Namespace ? snapshots.Find(name.Name) : null;

    /// <summary>The template of a name, if it is one of those that are always there.</summary>
    public static Template? FindBuiltIn(TemplateName name) =>
        name.WrittenNamespace is null ? Template.BuiltIn.FirstOrDefault(one => name.Name == one.Id || name.Name == one.Alias) : null;

    /// <summary>Whether the name is that of a template that is always there.</summary>
    public static bool IsBase(TemplateName name) => FindBuiltIn(name) is not null;

    public static ApiException NotFound(TemplateName name) => new(StatusCodes.Status404NotFound, $"template '{name}' not found");

    private static ApiException NoSuchTag(TemplateName name, string tag) =>
        new(StatusCodes.Status404NotFound, $"tag '{tag}' does not exist for template '{name}'");
}

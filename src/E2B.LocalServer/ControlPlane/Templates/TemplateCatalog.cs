namespace E2B.LocalServer.ControlPlane;

/// <summary>Finds what a client means by a template: the base, a built one, or a snapshot.</summary>
internal sealed class TemplateCatalog(SnapshotStore snapshots)
{
    /// <summary>Finds the template that an id, <c>name</c> or <c>name:tag</c> means.</summary>
    /// <exception cref="ApiException">400 for what can be no name, 404 for what is not there.</exception>
    public Template Find(string reference)
    {
        TemplateName name = TemplateName.Parse(reference, "Invalid template reference");
        string tag = name.Tag ?? Snapshot.DefaultTag;
        if (IsBase(name))
        {
            return tag == Snapshot.DefaultTag ? Template.Base : throw NoSuchTag(name, tag);
        }

        Snapshot snapshot = FindSnapshot(name) ?? throw NotFound(name);
        SnapshotState state = snapshot.States.FirstOrDefault(one => one.Tag == tag) ?? throw NoSuchTag(name, tag);
        return new Template(snapshot.Id, snapshot.Name, state.Limits) { Layers = state.Layers, EnvVars = state.EnvVars, Context = state.Context, Start = state.Start };
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

        return IsBase(name) ? Template.Base.Id : FindSnapshot(name)?.Id;
    }

    /// <summary>The snapshot of a name.</summary>
    public Snapshot? FindSnapshot(TemplateName name) =>
        name.WrittenNamespace is null or TemplateName.Namespace ? snapshots.Find(name.Name) : null;

    /// <summary>Whether the name is that of the template that is always there.</summary>
    public static bool IsBase(TemplateName name) => name.WrittenNamespace is null && (name.Name == Template.Base.Id || name.Name == Template.Base.Alias);

    public static ApiException NotFound(TemplateName name) => new(StatusCodes.Status404NotFound, $"template '{name}' not found");

    private static ApiException NoSuchTag(TemplateName name, string tag) =>
        new(StatusCodes.Status404NotFound, $"tag '{tag}' does not exist for template '{name}'");
}

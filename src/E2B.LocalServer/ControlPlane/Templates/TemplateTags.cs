namespace E2B.LocalServer.ControlPlane;

/// <summary>The routes of tags: names for a template's states.</summary>
internal static class TemplateTags
{
    /// <summary><c>GET /templates/{id}/tags</c>: by name.</summary>
    public static Task ListAsync(ApiCall call)
    {
        TemplateName name = TemplateName.Parse(Uri.UnescapeDataString(call.Parameters["templateID"]), "Invalid template reference");
        Snapshot snapshot = Templates.Find(call, name, $"template '{name}' not found");
        return call.WriteAsync(
            StatusCodes.Status200OK,
            (IReadOnlyList<TemplateTagModel>)[.. snapshot.States
                .OrderBy(state => state.Tag, StringComparer.Ordinal)
                .Select(state => new TemplateTagModel(state.Tag, state.BuildIdOf(snapshot), state.TaggedAt ?? state.TimeOf(snapshot)))],
            ServerJson.Default.IReadOnlyListTemplateTagModel);
    }

    /// <summary><c>POST /templates/tags</c>: more tags for the state that a name and tag mean.</summary>
    public static async Task AssignAsync(ApiCall call)
    {
        AssignTagsBody body = await call.ReadAsync(ServerJson.Default.AssignTagsBody);
        if (body.Tags is null or { Count: 0 })
        {
            throw ApiException.BadRequest("At least one tag is required");
        }

        TemplateName target = TemplateName.ParseOwn(body.Target ?? string.Empty, "Invalid target template format");
        Snapshot snapshot = Templates.FindOwn(call, target);
        IReadOnlyList<string> tags = Clean(body.Tags);
        string tag = target.Tag ?? Snapshot.DefaultTag;
        SnapshotState state = await call.Services.Saved.Snapshots.TagAsync(snapshot.Id, tag, tags, Templates.Now(call))
            ?? throw new ApiException(StatusCodes.Status404NotFound, $"Template '{body.Target}' with tag '{tag}' not found");
        await call.WriteAsync(StatusCodes.Status201Created, new AssignedTagsModel(tags, state.BuildIdOf(snapshot)), ServerJson.Default.AssignedTagsModel);
    }

    /// <summary><c>DELETE /templates/tags</c>. Tags that are not there are no error, as in the cloud.</summary>
    public static async Task RemoveAsync(ApiCall call)
    {
        DeleteTagsBody body = await call.ReadAsync(ServerJson.Default.DeleteTagsBody);
        IReadOnlyList<string> tags = Clean(body.Tags ?? []);
        if (tags.Count == 0)
        {
            throw ApiException.BadRequest("At least one tag is required");
        }

        if (tags.Contains(Snapshot.DefaultTag))
        {
            throw ApiException.BadRequest($"Cannot delete the '{Snapshot.DefaultTag}' tag");
        }

        TemplateName name = TemplateName.ParseOwn(body.Name ?? string.Empty, "Invalid template name format");
        if (name.Tag is not null)
        {
            throw ApiException.BadRequest("Template name should not contain a tag, use the 'tags' field instead");
        }

        await call.Services.Saved.Snapshots.UntagAsync(Templates.FindOwn(call, name).Id, tags, Templates.Now(call));
        await call.NoContent();
    }

    private static IReadOnlyList<string> Clean(IReadOnlyList<string?> tags) => [.. tags.Select(tag => TemplateName.CleanTag(tag ?? string.Empty)).Distinct(StringComparer.Ordinal)];
}

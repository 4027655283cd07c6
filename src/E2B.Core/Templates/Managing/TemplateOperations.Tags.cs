using System.Text.Json;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Templates;

namespace E2B;

/// <content>Tags: names for a template's builds.</content>
public sealed partial class TemplateOperations
{
    /// <summary>A template's tags.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    public async Task<IReadOnlyList<TemplateTag>> GetTagsAsync(string template, CancellationToken cancellationToken = default)
    {
        string name = TemplateName.Parse(template).Identifier;
        RestCall call = About(HttpMethod.Get, $"/templates/{Uri.EscapeDataString(name)}/tags", "get the tags of", name);
        IReadOnlyList<TemplateTagModel> tags = await _plane.SendAsync(call, RestJson.Default.IReadOnlyListTemplateTagModel, cancellationToken).ConfigureAwait(false);
        return tags.Select(one => new TemplateTag { Template = name, Tag = one.Tag, BuildId = one.BuildID, CreatedAt = one.CreatedAt.ToUniversalTime() }).ToArray();
    }

    /// <summary>Gives a build more tags. A tag that stood for another build of the template stands for this one from now on.</summary>
    /// <param name="target">The build: <c>name:tag</c>, or a name or id alone, which means the tag <c>default</c>.</param>
    /// <param name="tags">The new tags: letters, digits, dashes, underscores and dots. The service makes capitals small.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The new tags.</returns>
    /// <exception cref="TemplateNotFoundException">There is no such template, or it has no such tag.</exception>
    public async Task<IReadOnlyList<TemplateTag>> AddTagsAsync(string target, IEnumerable<string> tags, CancellationToken cancellationToken = default)
    {
        var name = TemplateName.Parse(target);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new AssignTagsRequest(target.Trim(), Check(tags)), RestJson.Default.AssignTagsRequest);
        RestCall call = About(HttpMethod.Post, "/templates/tags", "tag", target, body);
        AssignedTagsModel assigned = await _plane.SendAsync(call, RestJson.Default.AssignedTagsModel, cancellationToken).ConfigureAwait(false);
        return (assigned.Tags ?? []).Order(StringComparer.Ordinal).Select(tag => new TemplateTag { Template = name.Identifier, Tag = tag, BuildId = assigned.BuildID }).ToArray();
    }

    /// <summary>Removes tags of a template. The builds stay, and tags that are not there are no error.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="tags">The tags. <c>default</c> cannot be removed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    public Task RemoveTagsAsync(string template, IEnumerable<string> tags, CancellationToken cancellationToken = default)
    {
        string name = WithoutTag(template, "The tags to remove are named apart from the template.");
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new RemoveTagsRequest(name, Check(tags)), RestJson.Default.RemoveTagsRequest);
        return _plane.SendAsync(About(HttpMethod.Delete, "/templates/tags", "remove tags of", name, body), cancellationToken);
    }

    private static string[] Check(IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        string[] all = [.. tags];
        return all.Length > 0 && !all.Any(string.IsNullOrWhiteSpace)
            ? all
            : throw new E2BInvalidArgumentException("There is no tag, or an empty one. Give at least one.");
    }
}

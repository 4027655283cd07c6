using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Templates;
using E2B.Transport;

namespace E2B;

/// <summary>What can be done with templates: building, finding, publishing, tagging and deleting them. Wherever one is named, its id will do.</summary>
/// <remarks>
/// Every method can throw <see cref="E2BAuthenticationException"/>, also about a template of another project,
/// <see cref="E2BRateLimitException"/>, <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/>,
/// <see cref="E2BInvalidArgumentException"/> for what can be no name, <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed partial class TemplateOperations
{
    private readonly E2BClient _client;
    private readonly ControlPlane _plane;

    internal TemplateOperations(E2BClient client)
    {
        _client = client;
        _plane = new ControlPlane(client);
    }

    /// <summary>Lists the project's templates, the newest first. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="filter">How; <see langword="null"/> leaves it to the service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<TemplateInfo> ListAsync(
        TemplateListFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (filter?.PageSize is < 1)
        {
            throw new E2BInvalidArgumentException("A page has at least one template.");
        }

        string query = filter?.PageSize is { } size ? "?limit=" + size.ToString(CultureInfo.InvariantCulture) : string.Empty;
        IAsyncEnumerable<TemplateModel> models = _plane.ListAsync(
            "/v2/templates" + query, "list templates", RestJson.Default.IReadOnlyListTemplateModel, cancellationToken);
        await foreach (TemplateModel model in models.ConfigureAwait(false))
        {
            yield return TemplateModels.ToInfo(model);
        }
    }

    /// <summary>Finds a template, or what a snapshot is as a template. A tag in the name is not heeded.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    public async Task<TemplateInfo> GetAsync(string template, CancellationToken cancellationToken = default)
    {
        // A list alone says everything; a template by its id comes without the state of its newest build.
        var name = TemplateName.Parse(template);
        await foreach (TemplateInfo info in ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (name.IsOf(info))
            {
                return info;
            }
        }

        string id = await FindIdAsync(name.Identifier, cancellationToken).ConfigureAwait(false);
        return TemplateModels.ToInfo(await _plane.SendAsync(
            About(HttpMethod.Get, "/templates/" + Uri.EscapeDataString(id), "get", id), RestJson.Default.TemplateDetailModel, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Asks whether there is a template of a name or id, and with the tag where one is named.</summary>
    /// <param name="template"><c>name</c>, <c>name:tag</c> or an id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Also <see langword="true"/> for a template of another project that has taken the name.</returns>
    public async Task<bool> ExistsAsync(string template, CancellationToken cancellationToken = default)
    {
        try
        {
            await FindIdAsync(template, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TemplateNotFoundException)
        {
            return false;
        }
        catch (E2BAuthenticationException e) when (e.StatusCode == 403)
        {
            return true;
        }
    }

    /// <summary>The id of the template that has a name.</summary>
    /// <param name="template"><c>name</c>, <c>name:tag</c> or an id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template, or it has no such tag.</exception>
    public async Task<string> FindIdAsync(string template, CancellationToken cancellationToken = default)
    {
        _ = TemplateName.Parse(template);
        RestCall call = About(HttpMethod.Get, "/templates/aliases/" + Uri.EscapeDataString(template.Trim()), "find", template);
        return (await _plane.SendAsync(call, RestJson.Default.TemplateAliasModel, cancellationToken).ConfigureAwait(false)).TemplateID;
    }

    /// <summary>Deletes a template with all its builds and tags. Snapshots are deleted in the same way.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was not there.</returns>
    /// <exception cref="E2BConflictException">There are sandboxes that were made from it.</exception>
    public async Task<bool> DeleteAsync(string template, CancellationToken cancellationToken = default)
    {
        string name = WithoutTag(template, "A template is deleted with all its tags; to remove one, remove the tag.");
        try
        {
            await _plane.SendAsync(About(HttpMethod.Delete, "/templates/" + Uri.EscapeDataString(name), "delete", name), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TemplateNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Lets every project make sandboxes from a template, and see what is in it.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The names by which others find it.</returns>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    public Task<IReadOnlyList<string>> PublishAsync(string template, CancellationToken cancellationToken = default) =>
        SetPublicAsync(template, isPublic: true, "publish", cancellationToken);

    /// <summary>Keeps a template to its own project again. Sandboxes that others have made of it run on.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The template's names.</returns>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    public Task<IReadOnlyList<string>> UnpublishAsync(string template, CancellationToken cancellationToken = default) =>
        SetPublicAsync(template, isPublic: false, "unpublish", cancellationToken);

    private async Task<IReadOnlyList<string>> SetPublicAsync(string template, bool isPublic, string deed, CancellationToken cancellationToken)
    {
        string name = WithoutTag(template, "A template is public or not with all its tags.");
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new TemplateUpdateRequest(isPublic), RestJson.Default.TemplateUpdateRequest);
        RestCall call = About(HttpMethod.Patch, "/v2/templates/" + Uri.EscapeDataString(name), deed, name, body);
        return (await _plane.SendAsync(call, RestJson.Default.TemplateUpdateModel, cancellationToken).ConfigureAwait(false)).Names ?? [];
    }

    /// <summary>What is done to all of a template must not be asked for with one of its tags: the service would not heed the tag.</summary>
    private static string WithoutTag(string template, string advice)
    {
        var name = TemplateName.Parse(template);
        return name.Tag is null
            ? name.Identifier
            : throw new E2BInvalidArgumentException($"'{template}' names a tag. {advice} Leave out ':{name.Tag}'.");
    }

    /// <summary>A request about a template. Doing any of them twice is doing it once.</summary>
    private static RestCall About(HttpMethod method, string path, string deed, string template, byte[]? body = null) =>
        new(method, path, $"{deed} the template {template}", Repeat.Safe, body, Missing: Missing.Template) { Name = template };
}

using E2B.Templates.Context;
using E2B.Templates.Context.Archives;

namespace E2B.Templates.Building;

/// <summary>The local files that a definition's copies take.</summary>
internal sealed class LocalFiles(Template definition)
{
    private readonly Dictionary<TemplateCopyStep, ContextSelection> _selections = new(ReferenceEqualityComparer.Instance);
    private TemplateContext? _context;

    /// <summary>What the user should know of: links that lead nowhere, and special files that are left out.</summary>
    public IEnumerable<string> Warnings => _selections.Values.SelectMany(static one => one.Warnings).Distinct(StringComparer.Ordinal);

    /// <summary>The hash of what a copy takes, by which the service knows whether it has it. Not for two at once.</summary>
    public async Task<string> HashAsync(TemplateCopyStep step, CancellationToken cancellationToken)
    {
        try
        {
            _context ??= new TemplateContext(
                definition.ContextDirectory ?? Directory.GetCurrentDirectory(), new ContextOptions { IgnorePatterns = definition.IgnorePatterns, IgnoreFile = definition.IgnoreFile });
            ContextSelection selection = _context.Select(step.Source, step.ResolveSymlinks ?? false, step.AllowOutside);
            _selections[step] = selection;
            return await ContextHash.ComputeAsync(selection, step.Destination, cancellationToken).ConfigureAwait(false);
        }
        catch (TemplateContextException e)
        {
            throw new TemplateContextException(e.Error, $"The files of {BuildFailure.Describe(step, definition)} cannot be copied. {e.Message}", e.Paths, e.InnerException);
        }
    }

    /// <summary>What a copy takes as the archive that the service wants, in a temporary file. After its hash.</summary>
    public Task<ContextArchive> PackAsync(TemplateCopyStep step, CancellationToken cancellationToken) =>
        ContextArchive.CreateAsync(_selections[step], step.Gzip ?? true, cancellationToken);
}

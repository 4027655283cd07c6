namespace E2B.Templates.Building;

/// <summary>The local files that a definition's copies take.</summary>
internal interface ITemplateFiles
{
    /// <summary>The hash of what a copy takes, by which the service knows whether it has it.</summary>
    Task<string> HashAsync(TemplateCopyStep step, CancellationToken cancellationToken);

    /// <summary>Writes what a copy takes as the archive that the service wants.</summary>
    Task PackAsync(TemplateCopyStep step, Stream archive, CancellationToken cancellationToken);
}

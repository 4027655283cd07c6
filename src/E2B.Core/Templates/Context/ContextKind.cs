namespace E2B.Templates.Context;

/// <summary>What something in the context directory is. A link is a link, whatever it leads to.</summary>
internal enum ContextKind
{
    File,
    Directory,
    Link,

    /// <summary>A pipe, socket or device.</summary>
    Special,
}

namespace E2B;

/// <summary>How a template's build is.</summary>
public enum TemplateBuildStatus
{
    /// <summary>It was asked for and not started, as while files are uploaded.</summary>
    Waiting,

    /// <summary>It is under way.</summary>
    Building,

    /// <summary>It succeeded.</summary>
    Ready,

    /// <summary>It failed, or was cancelled.</summary>
    Error,
}

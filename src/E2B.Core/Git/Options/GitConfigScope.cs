namespace E2B;

/// <summary>Where a setting is kept.</summary>
public enum GitConfigScope
{
    /// <summary>For the user.</summary>
    Global,

    /// <summary>For one repository.</summary>
    Local,

    /// <summary>For all users; only root can change it.</summary>
    System,
}

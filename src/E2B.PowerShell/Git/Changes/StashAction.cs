namespace E2B.PowerShell.Git.Changes;

/// <summary>What to do with changes that are put aside.</summary>
public enum StashAction
{
    /// <summary>Put changes aside.</summary>
    Push,

    /// <summary>List what is put aside.</summary>
    List,

    /// <summary>Bring changes back.</summary>
    Pop,

    /// <summary>Bring changes back, and keep them put aside as well.</summary>
    Apply,

    /// <summary>Throw them away.</summary>
    Drop,
}

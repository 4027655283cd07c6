namespace E2B.PowerShell.Binding;

/// <summary>What parameters can be at most.</summary>
internal static class Limits
{
    /// <summary>24 days: what every timer takes.</summary>
    public const int MaxSeconds = 2_000_000;
}

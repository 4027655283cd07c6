namespace E2B;

/// <summary>How far git says that it is.</summary>
/// <param name="Phase">What it does, in its own words, such as <c>Receiving objects</c>.</param>
/// <param name="Done">How much of it is done.</param>
/// <param name="Total">How much there is; <see langword="null"/> while git does not know.</param>
/// <param name="Detail">What else it says, such as <c>1.20 MiB | 3.40 MiB/s</c>; empty when nothing.</param>
public sealed record GitProgress(string Phase, long Done, long? Total, string Detail)
{
    /// <summary>How much of the phase is done, from 0 to 100; <see langword="null"/> while git does not know.</summary>
    public int? Percent => Total is > 0 ? (int)Math.Clamp(100 * Done / Total.Value, 0, 100) : null;
}

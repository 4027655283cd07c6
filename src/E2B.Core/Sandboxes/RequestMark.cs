namespace E2B.Sandboxes;

/// <summary>
/// The label that every create carries, a new value each time: by it a sandbox is found again whose answer got lost.
/// It is kept out of what users see as their labels.
/// </summary>
internal static class RequestMark
{
    public const string Key = "e2b-dotnet-request-id";

    public static string NewValue() => Guid.NewGuid().ToString("N");

    /// <summary>The labels with the mark. A caller's own label of that name gives way: it could be another request's.</summary>
    public static IDictionary<string, string> AddTo(IDictionary<string, string>? metadata, string value) =>
        new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { [Key] = value };

    /// <summary>The labels without the mark.</summary>
    public static IReadOnlyDictionary<string, string> TakeFrom(IDictionary<string, string>? metadata)
    {
        var labels = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
        labels.Remove(Key);
        return labels;
    }
}

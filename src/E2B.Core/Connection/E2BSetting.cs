namespace E2B;

/// <summary>One value of a connection, and where it came from.</summary>
/// <param name="Name">What it is: <c>ApiKey</c>, <c>Domain</c> …</param>
/// <param name="Value">The value in words; <c>set</c> for a key or token that is there, <c>not set</c> for one that is not.</param>
/// <param name="Source">An environment variable's name, <c>default</c>, <c>option</c>, or what <see cref="E2BConnectionOptions.Origins"/> says.</param>
public sealed record E2BSetting(string Name, string Value, string Source);

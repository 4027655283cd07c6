namespace E2B;

/// <summary>
/// A token by which a sandbox shows others who it is. The service makes it anew for each request that a
/// <see cref="SandboxNetworkRule"/> puts it into; nobody else sees it.
/// </summary>
/// <param name="Audience">For whom it is, as in <c>sts.amazonaws.com</c>.</param>
/// <param name="TokenType">Its kind; the service knows <c>JWT-SVID</c>.</param>
public sealed record SandboxIdentityToken(string Audience, string TokenType = "JWT-SVID")
{
    internal const string PlaceholderStart = "${e2b.identity.tokens.";

    /// <summary>What stands for the token in a header of a <see cref="SandboxNetworkRule"/>.</summary>
    /// <param name="name">The name that it has in <see cref="SandboxCreateOptions.IdentityTokens"/>.</param>
    /// <exception cref="E2BInvalidArgumentException">The name is empty, or has a brace or a control character.</exception>
    public static string Placeholder(string name) => $"{PlaceholderStart}{CheckName(name)}}}";

    internal static string CheckName(string name) => !string.IsNullOrEmpty(name) && !name.Any(static c => c is '{' or '}' || char.IsControl(c))
        ? name
        : throw new E2BInvalidArgumentException($"'{name}' cannot be the name of an identity token: it is empty, or has a brace or a control character.");
}

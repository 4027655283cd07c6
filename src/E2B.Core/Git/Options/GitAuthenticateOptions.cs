namespace E2B;

/// <summary>For which server a credential is stored. Everything is optional.</summary>
public sealed class GitAuthenticateOptions : GitOptions
{
    /// <summary>The server's name, with its port where that is not the usual one.</summary>
    public string Host { get; set; } = "github.com";

    /// <summary>The protocol: <c>https</c> or <c>http</c>.</summary>
    public string Protocol { get; set; } = "https";
}

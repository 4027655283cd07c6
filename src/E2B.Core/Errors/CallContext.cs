namespace E2B.Errors;

/// <summary>What it means when the server says "not found".</summary>
internal enum Missing
{
    Something,
    Sandbox,

    /// <summary>The sandbox, which a paused one is not found as.</summary>
    RunningSandbox,
    File,
    Process,
    Template,
    TemplateBuild,
    CodeContext,
}

/// <summary>What a call is about, for the words of its errors.</summary>
/// <param name="Connection">The connection that it goes over.</param>
/// <param name="Server">Where it goes.</param>
/// <param name="Action">What is being done, as the end of "could not": <c>list sandboxes</c>.</param>
/// <param name="Missing">What it means when the server says "not found".</param>
/// <param name="Name">The path, process or other thing that it is about.</param>
/// <param name="SandboxId">The sandbox that it is about.</param>
/// <param name="SandboxToken">That sandbox's token, to be kept out of messages.</param>
/// <param name="AfterBreak">What to know and do after a broken connection; <see langword="null"/> means that the effect is not known.</param>
internal sealed record CallContext(
    E2BConnection Connection,
    Uri Server,
    string Action,
    Missing Missing = Missing.Something,
    string? Name = null,
    string? SandboxId = null,
    string? SandboxToken = null,
    string? AfterBreak = null)
{
    /// <summary>Somebody else's words, on one line, without secrets and not too long.</summary>
    public string Quote(string? text)
    {
        const int Longest = 1000;
        if (string.IsNullOrWhiteSpace(text))
        {
            return string.Empty;
        }

        text = Connection.Redact(text.Trim());
        if (SandboxToken is { Length: >= 8 })
        {
            text = text.Replace(SandboxToken, "***", StringComparison.Ordinal);
        }

        return text.Length > Longest ? text[..Longest] + "…" : text;
    }
}

namespace E2B.LocalServer.Agent.Files;

/// <summary>A plain HTTP request that cannot be answered as wished.</summary>
internal sealed class HttpFailure(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

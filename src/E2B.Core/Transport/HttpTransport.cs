namespace E2B.Transport;

internal sealed class HttpTransport : IDisposable
{
    public HttpTransport(E2BConnection connection) => _ = connection;

    public void Dispose()
    {
    }
}

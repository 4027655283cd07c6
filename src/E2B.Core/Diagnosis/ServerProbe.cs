using System.Diagnostics;
using E2B.Protocol;
using E2B.Transport;

namespace E2B.Diagnosis;

/// <summary>Asks a server once, without any credential, over a connection of its own, and keeps what there is to see.</summary>
internal sealed class ServerProbe : IDisposable
{
    private readonly E2BConnection _connection;
    private readonly HttpMessageInvoker _invoker;

    public ServerProbe(E2BConnection connection)
    {
        _connection = connection;
        SocketsHttpHandler handler = HttpTransport.CreateHandler(connection);
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            string host = (sender as System.Net.Security.SslStream)?.TargetHostName ?? connection.ApiUrl.Host;
            Certificate = CertificateReport.Of(certificate, chain, errors, host, connection.Clock.GetUtcNow());
            return errors == System.Net.Security.SslPolicyErrors.None;
        };
        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>What was seen of the server's certificate; <see langword="null"/> when it never came to that.</summary>
    public CertificateReport? Certificate { get; private set; }

    /// <summary>Asks for <c>/health</c>.</summary>
    public async Task<ProbeAnswer> AskAsync(Uri server, string? sandboxId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.AbsoluteUri.TrimEnd('/') + "/health"));
        request.Headers.TryAddWithoutValidation("User-Agent", _connection.UserAgent);
        if (sandboxId is not null)
        {
            request.Headers.TryAddWithoutValidation(E2BHeaders.SandboxId, sandboxId);
            request.Headers.TryAddWithoutValidation(E2BHeaders.SandboxPort, E2BDefaults.DaemonPort.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        DateTimeOffset before = _connection.Clock.GetUtcNow();
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        return new ProbeAnswer((int)response.StatusCode, took, response.Headers.Date is { } date ? date - (before + (took / 2)) : null);
    }

    public void Dispose() => _invoker.Dispose();
}

/// <summary>What a server answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Took">How long it took.</param>
/// <param name="ClockAhead">How far the server's clock is ahead of this machine's; <see langword="null"/> when it did not say.</param>
internal sealed record ProbeAnswer(int Status, TimeSpan Took, TimeSpan? ClockAhead);

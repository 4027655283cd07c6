using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace E2B.Diagnosis;

/// <summary>What a server's certificate is, and what is wrong with it, in words.</summary>
/// <param name="Detail">Whose it is, who issued it, until when; or what is wrong.</param>
/// <param name="Advice">What to do about it; empty when it is in order.</param>
internal sealed record CertificateReport(string Detail, string Advice)
{
    public bool IsGood => Advice.Length == 0;

    /// <summary>Judges a certificate as the network stack has.</summary>
    public static CertificateReport Of(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string host, DateTimeOffset now)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return new("The server showed no certificate.", "Check that the port is the service's https port.");
        }

        using var own = new X509Certificate2(certificate);
        string issuer = own.GetNameInfo(X509NameType.SimpleName, forIssuer: true);
        string described = string.Create(CultureInfo.InvariantCulture, $"issued by {issuer}, valid until {own.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        if (errors == SslPolicyErrors.None)
        {
            return new(string.Concat(described[..1].ToUpperInvariant(), described.AsSpan(1), "."), string.Empty);
        }

        if (now < own.NotBefore || now > own.NotAfter)
        {
            return new(
                string.Create(CultureInfo.InvariantCulture, $"The certificate is valid from {own.NotBefore.ToUniversalTime():yyyy-MM-dd} to {own.NotAfter.ToUniversalTime():yyyy-MM-dd}, and this machine's date is {now.UtcDateTime:yyyy-MM-dd}."),
                "Set this machine's clock if it is wrong; otherwise the server's owner has to renew the certificate.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return new(
                $"The certificate ({described}) is not for {host}.",
                "Check the domain or URL. A network that asks to log in first, or a proxy, may have answered in the server's place.");
        }

        X509ChainStatusFlags flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        return (flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
            ? new(
                $"This machine does not trust who issued the certificate ({described}).",
                "If a company's proxy opens encrypted traffic, or the server is your own, add its root certificate to this machine's trusted ones (on Linux also by SSL_CERT_FILE).")
            : new($"The certificate ({described}) is refused: {flags}.", "Ask the server's owner; this machine's list of trusted certificates may be old.");
    }
}

using System.Security.Cryptography;
using System.Text;
using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.Agent.Access;

/// <summary>Who may speak to the agent.</summary>
/// <remarks>
/// The first initialisation decides whether there is a token, and which. Later ones must bring that same
/// one: a program in the sandbox that reached the agent could neither take the token away nor set another.
/// </remarks>
internal sealed class AccessControl
{
    private readonly Lock _gate = new();
    private volatile byte[]? _token;
    private bool _initialized;
    private DateTimeOffset _lastTimestamp;

    /// <summary>What is wrong with the request's token.</summary>
    /// <returns><see langword="null"/> when nothing is.</returns>
    public string? CheckToken(HttpRequest request) =>
        _token is null || Matches(request.Headers[E2BHeaders.AccessToken])
            ? null
            : "unauthorized access, please provide a valid access token or method signing if supported";

    /// <summary>What is wrong with a request for a file, which may bring a signature instead of the token.</summary>
    /// <returns><see langword="null"/> when nothing is.</returns>
    public string? CheckFile(HttpRequest request, FileQuery query, string operation)
    {
        byte[]? token = _token;
        if (token is null)
        {
            return null;
        }

        string? header = request.Headers[E2BHeaders.AccessToken];
        if (!string.IsNullOrEmpty(header))
        {
            return Matches(header) ? null : "access token present in header but does not match";
        }

        if (query.Signature is null)
        {
            return "missing signature query parameter";
        }

        string expected = FileSignature.Compute(
            query.Path ?? string.Empty, operation, query.User ?? string.Empty, Encoding.UTF8.GetString(token), query.Expiration);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(query.Signature)))
        {
            return "invalid signature";
        }

        return query.Expiration < DateTimeOffset.UtcNow.ToUnixTimeSeconds() ? "signature is already expired" : null;
    }

    /// <summary>
    /// Takes over what the control plane says, if it may say it; a request that is older than the last one changes nothing.
    /// </summary>
    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    public string? Initialize(InitRequest request, Action<InitRequest> apply)
    {
        lock (_gate)
        {
            string? token = string.IsNullOrEmpty(request.AccessToken) ? null : request.AccessToken;
            if (_initialized)
            {
                if (_token is not null && token is null)
                {
                    return "access token reset not authorized";
                }

                if (token is not null && (_token is null || !Matches(token)))
                {
                    return "access token validation failed";
                }
            }

            if (request.Timestamp is { } timestamp)
            {
                if (_initialized && timestamp <= _lastTimestamp)
                {
                    return null;
                }

                _lastTimestamp = timestamp;
            }

            _token = token is null ? null : Encoding.UTF8.GetBytes(token);
            _initialized = true;
            apply(request);
            return null;
        }
    }

    /// <summary>Compares without telling by its duration how much was right.</summary>
    private bool Matches(string? offered) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(_token ?? []), SHA256.HashData(Encoding.UTF8.GetBytes(offered ?? string.Empty)));
}

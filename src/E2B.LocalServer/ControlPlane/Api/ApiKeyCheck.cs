using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using E2B.Protocol;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Who may use the control plane: whoever has its key.</summary>
internal sealed class ApiKeyCheck(string key, ApiKeyStore others)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whether a request carries the key.</summary>
    public bool IsIn(HttpRequest request) =>
        request.Headers.TryGetValue(E2BHeaders.ApiKey, out var given)
        && IsRight(given.ToString());

    /// <summary>The token for a volume's files: says nothing of the key nor of other volumes' tokens.</summary>
    public string TokenOfVolume(Guid id) => "vol_" + Convert.ToHexStringLower(HMACSHA256.HashData(_hash, Encoding.ASCII.GetBytes($"volume {id}")));

    /// <summary>Whether a token is a volume's; takes the same time whatever is wrong.</summary>
    public bool IsTokenOfVolume(Guid id, string token) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(TokenOfVolume(id))), SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>The token for sending the files of a hash until a time; says nothing of the key nor of other tokens.</summary>
    public string TokenOfUpload(string hash, DateTimeOffset end) => TokenOfUpload(hash, end.ToUnixTimeSeconds());

    /// <summary>Whether a token is for a hash, and its time not over; takes the same time whatever is wrong with what it is signed with.</summary>
    public bool IsTokenOfUpload(string hash, string token, DateTimeOffset now) =>
        token.Split('_') is [_, var end, _]
        && long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(TokenOfUpload(hash, seconds))), SHA256.HashData(Encoding.UTF8.GetBytes(token)))
        && now.ToUnixTimeSeconds() < seconds;

    private string TokenOfUpload(string hash, long end) =>
        string.Create(CultureInfo.InvariantCulture, $"upl_{end}_{Convert.ToHexStringLower(HMACSHA256.HashData(_hash, Encoding.ASCII.GetBytes($"upload {end} {hash}")))}");

    // Hashes have one length, so the comparison says nothing about the key's.
    private bool IsRight(string given)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        return CryptographicOperations.FixedTimeEquals(_hash, hash) | others.Contains(hash);
    }

    /// <exception cref="ApiException">401. Bearer tokens are an account's, and there are no accounts here.</exception>
    public void Demand(HttpRequest request)
    {
        string given = request.Headers[E2BHeaders.ApiKey].ToString();
        if (given.Length == 0)
        {
            throw new ApiException(
                StatusCodes.Status401Unauthorized,
                $"No API key: send the one this server printed at its start in the header {E2BHeaders.ApiKey} (clients take it from E2B_API_KEY)");
        }

        if (!IsRight(given))
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, "Invalid API key: use the one this server printed at its start (E2B_API_KEY)");
        }
    }
}

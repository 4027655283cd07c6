using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <summary>What can be done with an account's access token, which is sent as a bearer token.</summary>
public sealed class AccountOperations
{
    private readonly E2BClient _client;
    private readonly ControlPlane _plane;

    internal AccountOperations(E2BClient client)
    {
        _client = client;
        _plane = new ControlPlane(client);
    }

    /// <summary>The account's projects.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BAuthenticationException">There is no access token, or it is refused: an API key does not do here.</exception>
    public async Task<IReadOnlyList<E2BProject>> ListProjectsAsync(CancellationToken cancellationToken = default)
    {
        if (!_client.Connection.HasAccessToken)
        {
            throw new E2BAuthenticationException(
                "An account's access token is needed and none was given. Set E2B_ACCESS_TOKEN or pass it as an option; signing in is the CLI's: run e2b auth login.");
        }

        var call = new RestCall(HttpMethod.Get, "/teams", "list the account's projects", Repeat.Safe) { AsAccount = true };
        IReadOnlyList<ProjectModel> models = await _plane.SendAsync(call, RestJson.Default.IReadOnlyListProjectModel, cancellationToken).ConfigureAwait(false);
        return models.Select(static m => new E2BProject { Id = m.TeamID, Name = m.Name, IsDefault = m.IsDefault, ApiKey = m.ApiKey }).ToArray();
    }
}

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>PUT /sandboxes/{id}/network</c>: replaces the rules for traffic out of a running sandbox. What is left out is cleared.</summary>
internal static class UpdateNetwork
{
    public static async Task HandleAsync(ApiCall call)
    {
        Sandbox sandbox = call.Sandbox;
        NetworkBody body = await call.ReadAsync(ServerJson.Default.NetworkBody);
        NetworkCheck.CheckEgress(body);
        using (await sandbox.ChangeNetworkAsync(call.Aborted))
        {
            if (!sandbox.Phase.IsRunning || sandbox.Hosted is not { } hosted)
            {
                throw new ApiException(StatusCodes.Status409Conflict, $"Sandbox '{sandbox.Id}' cannot be updated while in '{sandbox.Phase.StateName}' state");
            }

            NetworkOrder network = (sandbox.Order.Network ?? new NetworkOrder()) with { AllowOut = body.AllowOut, DenyOut = body.DenyOut };
            try
            {
                await hosted.SetEgressAsync(NetworkOrder.PolicyOf(network, body.AllowInternetAccess));
            }
            catch (NotSupportedException e)
            {
                throw ApiException.NetworkNotOffered(e);
            }
            catch (ObjectDisposedException)
            {
                throw ApiException.SandboxNotFound(sandbox.Id);
            }

            sandbox.Order = sandbox.Order with { Network = network, AllowInternetAccess = body.AllowInternetAccess };
        }

        await call.NoContent();
    }
}

namespace E2B.LocalServer.Agent;

/// <summary>Which version of the daemon the agent is as good as.</summary>
internal static class AgentVersion
{
    /// <summary>Clients ask for nothing that this version of the daemon does not have.</summary>
    public const string EnvdVersion = "0.6.13";
}

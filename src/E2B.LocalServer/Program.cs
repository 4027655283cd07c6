using E2B.LocalServer.Agent;

namespace E2B.LocalServer;

internal static class Program
{
    private static async Task<int> Main(string[] args) => args is ["agent", .. string[] rest] ? await AgentProgram.RunAsync(rest) : 0;
}

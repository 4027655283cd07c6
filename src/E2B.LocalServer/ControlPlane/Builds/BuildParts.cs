using E2B.LocalServer.Images;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What builds work with.</summary>
internal sealed record BuildParts(SavedData Saved, TemplateCatalog Templates, IImageSource Images, SandboxStarter Starter, TimeProvider Clock, Action<string> Log)
{
    /// <summary>Starts a sandbox for steps.</summary>
    /// <param name="build">Whose.</param>
    /// <param name="layers">What is there already; held by the caller.</param>
    /// <param name="variables">What all its processes have.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task<BuildSandbox> StartSandboxAsync(
        Build build, IReadOnlyList<string> layers, IDictionary<string, string>? variables, CancellationToken cancellationToken)
    {
        var order = new SandboxOrder { Template = new Template(build.TemplateId, null, build.Limits) { Layers = layers, EnvVars = variables }, Lifetime = TimeSpan.Zero };
        string token = System.Security.Cryptography.RandomNumberGenerator.GetHexString(64, lowercase: true);
        IHostedSandbox hosted = await Starter.StartAsync(SandboxId.New(), order, token, disk: null, new SandboxLog(Clock), cancellationToken);
        return new BuildSandbox(hosted, new AgentClient(hosted, token));
    }

    /// <summary>Lets go of layers without waiting.</summary>
    public void Release(IReadOnlyList<string> layers) => _ = ReleaseAsync(layers);

    private async Task ReleaseAsync(IReadOnlyList<string> layers)
    {
        try
        {
            await Saved.Layers.ReleaseAsync(layers);
        }
        catch (Exception e)
        {
            Log($"layers could not be deleted: {e.Message}");
        }
    }
}

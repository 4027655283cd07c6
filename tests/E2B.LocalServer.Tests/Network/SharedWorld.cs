using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>One world for all tests of a class: those that leave its rules as they are.</summary>
public sealed class SharedWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.OpenAsync();

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

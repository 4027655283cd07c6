using Xunit;

namespace E2B.LocalServer.Tests;

/// <summary>For tests that measure what others beside them would change: the open files of this process, or the time something takes.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

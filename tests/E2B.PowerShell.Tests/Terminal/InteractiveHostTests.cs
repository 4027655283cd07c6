using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class InteractiveHostTests
{
    [Theory]
    [InlineData("pwsh", false)]
    [InlineData("pwsh -NoProfile -NoLogo", false)]
    [InlineData("pwsh -NonInteractive", true)]
    [InlineData("pwsh -noprofile -noni -File x.ps1", true)]
    [InlineData("pwsh -File x.ps1 -NonInteractive", false)]
    [InlineData("pwsh -c Start-It -NonInteractive", false)]
    [InlineData("pwsh /NonInteractive", true)]
    [InlineData("pwsh --NonInteractive", true)]
    public void Arguments_say_whether_there_is_a_person(string arguments, bool expected) =>
        Assert.Equal(expected, InteractiveHost.IsNonInteractive(arguments.Split(' ')));
}

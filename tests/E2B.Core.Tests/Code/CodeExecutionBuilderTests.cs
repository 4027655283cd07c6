namespace E2B.Core.Tests.Code;

/// <summary>An execution is put together of what came, also where the end did not come.</summary>
public sealed class CodeExecutionBuilderTests
{
    private static readonly E2BTimeoutException _late = new(E2BTimeoutKind.Code, "It took too long.");

    [Fact]
    public void What_came_before_a_failure_is_kept_and_the_failure_is_the_error()
    {
        var builder = new CodeExecutionBuilder("s1");
        builder.Add(new CodeCountEvent(7));
        builder.Add(new CodeOutputEvent("out", CommandStream.StdOut, null));
        builder.Add(new CodeOutputEvent("err", CommandStream.StdErr, null));

        CodeExecution execution = builder.Build(_late);

        Assert.Equal(("s1", "out", "err", 7), (execution.SandboxId, execution.StandardOutput, execution.StandardError, execution.ExecutionCount));
        Assert.Equal(("E2BTimeoutException", "It took too long."), (execution.Error!.Name, execution.Error.Value));
        Assert.False(execution.Succeeded);
    }

    [Fact]
    public void An_error_of_the_code_itself_counts_more()
    {
        var builder = new CodeExecutionBuilder("s1");
        builder.Add(new CodeErrorEvent(new CodeError("KeyError", "'a'", string.Empty)));

        Assert.Equal("KeyError", builder.Build(_late).Error!.Name);
    }

    [Fact]
    public void Without_a_failure_there_is_no_error() => Assert.True(new CodeExecutionBuilder("s1").Build().Succeeded);
}

using System.Diagnostics;
using System.Text;

namespace E2B;

/// <summary>Puts the events of <see cref="CodeClient.StreamAsync"/> together to the whole of an execution.</summary>
/// <param name="sandboxId">The sandbox in which the code runs.</param>
public sealed class CodeExecutionBuilder(string sandboxId)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<CodeResult> _results = [];
    private readonly StringBuilder _stdout = new();
    private readonly StringBuilder _stderr = new();
    private CodeError? _error;
    private int? _count;

    /// <summary>Takes one more event.</summary>
    /// <param name="brought">The event.</param>
    public void Add(CodeEvent brought)
    {
        switch (brought)
        {
            case CodeOutputEvent output:
                (output.Stream == CommandStream.StdErr ? _stderr : _stdout).Append(output.Text);
                break;
            case CodeResultEvent result:
                _results.Add(result.Result);
                break;
            case CodeErrorEvent error:
                _error = error.Error;
                break;
            case CodeCountEvent count:
                _count = count.ExecutionCount;
                break;
        }
    }

    /// <summary>The execution, of all that was taken so far.</summary>
    /// <param name="failure">
    /// What kept the code from coming to its end, such as its time limit. It is the execution's error then, named after
    /// the exception, unless the code had failed by itself before.
    /// </param>
    public CodeExecution Build(Exception? failure = null) => new()
    {
        SandboxId = sandboxId,
        Results = _results.ToArray(),
        StandardOutput = _stdout.ToString(),
        StandardError = _stderr.ToString(),
        Error = _error ?? (failure is null ? null : new CodeError(failure.GetType().Name, failure.Message, string.Empty)),
        ExecutionCount = _count,
        Duration = Stopwatch.GetElapsedTime(_start),
    };
}

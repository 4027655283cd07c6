using System.Diagnostics;
using System.Text;

namespace E2B;

/// <summary>Puts events together to the whole of an execution.</summary>
internal sealed class CodeExecutionBuilder(string sandboxId)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<CodeResult> _results = [];
    private readonly StringBuilder _stdout = new();
    private readonly StringBuilder _stderr = new();
    private CodeError? _error;
    private int? _count;

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

    public CodeExecution Build() => new()
    {
        SandboxId = sandboxId,
        Results = _results,
        StandardOutput = _stdout.ToString(),
        StandardError = _stderr.ToString(),
        Error = _error,
        ExecutionCount = _count,
        Duration = Stopwatch.GetElapsedTime(_start),
    };
}

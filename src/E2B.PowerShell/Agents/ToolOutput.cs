using System.Management.Automation;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Agents;

/// <summary>
/// Takes what a tool writes, as much as may come, and makes JSON of bounded length of it. What is too much is counted while
/// it comes, and not kept.
/// </summary>
/// <param name="maxLength">How many characters the JSON may have.</param>
internal sealed class ToolOutput(int maxLength)
{
    private const int MostProblems = 10;

    /// <summary>What stays free for names, marks and numbers.</summary>
    private const int Frame = 200;

    private readonly CutText _text = new(maxLength / 2);
    private readonly CutText _stderr = new(maxLength / 4);
    private readonly List<object> _kept = [];
    private readonly List<JsonNode?> _results = [];
    private readonly List<ErrorRecord> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly List<byte> _bytes = [];
    private long _byteCount;
    private long _resultCount;
    private long _resultLength;
    private bool _isCut;

    /// <summary>The errors, as far as they are kept.</summary>
    public IReadOnlyList<ErrorRecord> Errors => _errors;

    /// <summary>The objects among the output, as far as they are kept.</summary>
    public IReadOnlyList<object> Objects => _kept;

    /// <summary>Whether the JSON does not have all of it.</summary>
    public bool IsCut => _isCut;

    /// <summary>Takes a record, of whichever stream.</summary>
    public void Add(PSObject? record)
    {
        switch (record?.BaseObject)
        {
            case null or VerboseRecord or DebugRecord or ProgressRecord:
                break;
            case ErrorRecord error:
                Fail(error);
                break;
            case WarningRecord warning:
                Keep(_warnings, warning.Message);
                break;
            case InformationRecord { MessageData: HostInformationMessage note }:
                _stderr.AppendLine(note.Message);
                break;
            case InformationRecord note:
                _stderr.AppendLine(note.ToString());
                break;
            case string line:
                _text.AppendLine(line);
                break;
            case byte one:
                AddBytes([one]);
                break;
            case byte[] several:
                AddBytes(several);
                break;
            default:
                AddResult(record);
                break;
        }
    }

    /// <summary>Takes an error.</summary>
    public void Fail(ErrorRecord error) => Keep(_errors, error);

    /// <summary>The JSON, not longer than it may be.</summary>
    /// <param name="rule">The tool: where nothing came, its kind says what did not.</param>
    public string ToJson(ToolRule? rule)
    {
        for (int room = Math.Max(maxLength - Frame, 1); ; room = room * 3 / 4)
        {
            string json = JsonObjects.ToText(Compose(rule, room));
            if (json.Length <= maxLength || room < 16)
            {
                return json;
            }

            _isCut = true;
        }
    }

    private void AddBytes(byte[] bytes)
    {
        _byteCount += bytes.Length;
        if (_bytes.Count + bytes.Length <= maxLength)
        {
            _bytes.AddRange(bytes);
        }
    }

    private void AddResult(PSObject record)
    {
        _resultCount++;
        if (_resultLength > maxLength)
        {
            _isCut = true;
            return;
        }

        var json = new ToolJson(Math.Max(maxLength / 4, 100));
        JsonNode? node = json.Of(record);
        _isCut |= json.IsCut;
        _resultLength += node is null ? 4 : JsonObjects.ToText(node).Length;
        _results.Add(node);
        _kept.Add(record.BaseObject is PSCustomObject ? record : record.BaseObject);
    }

    private JsonObject Compose(ToolRule? rule, int room)
    {
        var json = new JsonObject();
        int left = room;
        AddProblems(json, ref left);
        bool writesText = rule is not null && typeof(Running.CommandCmdlet).IsAssignableFrom(rule.Cmdlet);
        if (!_stderr.IsEmpty)
        {
            AddText(json, "stderr", _stderr, Math.Min(left / 3, maxLength / 4), ref left);
        }

        if (_results.Count > 0 || (_text.IsEmpty && _byteCount == 0 && !writesText && _errors.Count == 0))
        {
            AddResults(json, _text.IsEmpty ? left : left / 2, ref left);
        }

        if (_byteCount > 0)
        {
            var bytes = new ToolJson(left);
            json["binary"] = _byteCount == _bytes.Count ? bytes.OfBytes(_bytes.ToArray()) : new JsonObject { ["bytes"] = _byteCount, ["leftOut"] = true };
            _isCut |= bytes.IsCut || _byteCount != _bytes.Count;
        }

        if (!_text.IsEmpty || writesText)
        {
            AddText(json, "output", _text, Math.Max(left, 0), ref left);
        }

        if (ExitCode(rule) is { } code)
        {
            json["exitCode"] = code;
        }

        if (_isCut)
        {
            json["truncated"] = true;
        }

        return json;
    }

    private void AddText(JsonObject json, string name, CutText text, int limit, ref int left)
    {
        string kept = text.ToString(limit, out bool isCut);
        _isCut |= isCut;
        left -= kept.Length;
        json[name] = kept.EndsWith('\n') ? kept[..^1] : kept;
    }

    private void AddResults(JsonObject json, int limit, ref int left)
    {
        var results = new JsonArray();
        int length = 0;
        foreach (JsonNode? node in _results)
        {
            int more = node is null ? 5 : JsonObjects.ToText(node).Length + 1;
            if (length + more > limit)
            {
                break;
            }

            length += more;
            results.Add(node?.DeepClone());
        }

        left -= length;
        json["results"] = results;
        if (results.Count < _resultCount)
        {
            json["resultsLeftOut"] = _resultCount - results.Count;
            _isCut = true;
        }
    }

    private void AddProblems(JsonObject json, ref int left)
    {
        if (_errors.Count > 0)
        {
            var errors = new JsonArray();
            foreach (ErrorRecord error in _errors)
            {
                string message = CutText.Of(ToolError.Message(error), Math.Min(4000, room(left)), out bool isCut);
                _isCut |= isCut;
                left -= message.Length + 60;
                errors.Add(new JsonObject { ["id"] = ToolError.Id(error), ["message"] = message });
            }

            json["errors"] = errors;
        }

        if (_warnings.Count > 0)
        {
            var warnings = new JsonArray();
            foreach (string warning in _warnings)
            {
                string text = CutText.Of(warning, Math.Min(1000, room(left)), out bool isCut);
                _isCut |= isCut;
                left -= text.Length + 10;
                warnings.Add(text);
            }

            json["warnings"] = warnings;
        }

        static int room(int left) => Math.Max(left / 3, 20);
    }

    /// <summary>A command that failed tells its exit code with its error; one without an error ended with 0.</summary>
    private int? ExitCode(ToolRule? rule) => _errors.Select(static error => error.TargetObject).OfType<CommandResult>().FirstOrDefault() is { } failed ? failed.ExitCode
        : rule?.Cmdlet == typeof(Commands.InvokeE2BCommandCommand) && _errors.Count == 0 ? 0
        : null;

    private void Keep<T>(List<T> list, T one)
    {
        if (list.Count < MostProblems)
        {
            list.Add(one);
        }
        else
        {
            _isCut = true;
        }
    }
}

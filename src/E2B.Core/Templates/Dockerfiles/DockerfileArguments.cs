using System.Buffers;

namespace E2B.Templates.Dockerfiles;

/// <summary>Reads ARG and ENV.</summary>
internal static class DockerfileArguments
{
    private static readonly SearchValues<char> _noNames = SearchValues.Create(" \t'\"$\\");

    /// <summary>Declares what an ARG names.</summary>
    /// <returns>The values, of those that no ENV hides.</returns>
    /// <exception cref="DockerfileException">It is wrong.</exception>
    public static List<KeyValuePair<string, DockerfileValue>> Declare(DockerfileInstruction instruction, DockerfileScope scope, char escape)
    {
        var declared = new List<KeyValuePair<string, DockerfileValue>>();
        List<string> words = DockerfileWords.Split(instruction.Text, escape);
        if (words.Count == 0)
        {
            throw instruction.Error("ARG takes a name, and perhaps = and a value.");
        }

        foreach (string word in words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? word : word[..equals];
            DockerfileValue? fallback = equals < 0
                ? null
                : DockerfileExpander.Expand(word[(equals + 1)..], instruction, scope.Find, escape, !scope.IsGlobal);
            CheckName(name, instruction);
            if (scope.Declare(name, fallback) is { } value)
            {
                CheckValue(name, value, instruction);
                declared.Add(new(name, value));
            }
        }

        return declared;
    }

    /// <summary>Sets what an ENV says. Within one, its own variables still have their former values.</summary>
    /// <exception cref="DockerfileException">It is wrong.</exception>
    public static List<KeyValuePair<string, DockerfileValue>> Set(DockerfileInstruction instruction, DockerfileScope scope, char escape)
    {
        List<KeyValuePair<string, DockerfileValue>> set =
        [
            .. Pairs(instruction, escape).Select(pair => new KeyValuePair<string, DockerfileValue>(
                DockerfileExpander.Expand(pair.Name, instruction, scope.Find, escape, false).Text,
                DockerfileExpander.Expand(pair.Value, instruction, scope.Find, escape, true))),
        ];
        foreach ((string name, DockerfileValue value) in set)
        {
            CheckName(name, instruction);
            CheckValue(name, value, instruction);
            scope.SetEnvironment(name, value);
        }

        return set;
    }

    private static IEnumerable<(string Name, string Value)> Pairs(DockerfileInstruction instruction, char escape)
    {
        List<string> words = DockerfileWords.Split(instruction.Text, escape);
        if (words.Count > 0 && !words[0].Contains('=', StringComparison.Ordinal))
        {
            // The old form: one variable, and all the rest of the line is its value.
            return words.Count > 1
                ? new[] { (words[0], instruction.Text[words[0].Length..].TrimStart()) }
                : throw instruction.Error($"ENV says no value for {words[0]}. Write {words[0]}=value.");
        }

        return words.Count > 0
            ? words.Select(word => word.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
                ? (word[..equals], word[(equals + 1)..])
                : throw instruction.Error($"'{word}' is no variable with a value. Put a value with spaces in quotes."))
            : throw instruction.Error("ENV takes variables with their values, as in NAME=value.");
    }

    private static void CheckName(string name, DockerfileInstruction instruction)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny(_noNames))
        {
            throw instruction.Error($"'{name}' is no name of a variable.");
        }
    }

    private static void CheckValue(string name, DockerfileValue value, DockerfileInstruction instruction)
    {
        if (value.HasLiteralVariable)
        {
            throw instruction.Error(
                $"The value of {name} has a '$' that is meant as it is, but the service replaces variables in values. Set it with export in a RUN or in the start command.");
        }
    }
}

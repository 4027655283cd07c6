using System.Text.Json.Nodes;

namespace E2B.LocalServer.Runtime;

/// <summary>Puts <see cref="SeccompRules"/> into the form that runc reads.</summary>
internal static class SeccompProfile
{
    private const int NotPermitted = 1;
    private const int NoSuchCall = 38;

    public static JsonObject Build()
    {
        var rules = new JsonArray { Rule("SCMP_ACT_ALLOW", SeccompRules.Allowed) };
        foreach (var (name, argument, comparison, value, second) in SeccompRules.Conditionals)
        {
            var rule = Rule("SCMP_ACT_ALLOW", [name]);
            rule["args"] = new JsonArray
            {
                new JsonObject { ["index"] = argument, ["op"] = comparison, ["value"] = value, ["valueTwo"] = second },
            };
            rules.Add(rule);
        }

        var unknown = Rule("SCMP_ACT_ERRNO", SeccompRules.Unknown);
        unknown["errnoRet"] = NoSuchCall;
        rules.Add(unknown);

        return new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ERRNO",
            ["defaultErrnoRet"] = NotPermitted,
            ["architectures"] = Architectures(),
            ["syscalls"] = rules,
        };
    }

    /// <summary>The processor's own calls and those of the 32-bit programs it can run.</summary>
    private static JsonArray Architectures() =>
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
            ? ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
            : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    private static JsonObject Rule(string action, IEnumerable<string> names) => new()
    {
        ["action"] = action,
        ["names"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]),
    };
}

using System.Diagnostics;
using System.Text.Json;

namespace E2B.Core.Tests.Templates;

/// <summary>The official JavaScript client, which judges hashes and Dockerfiles.</summary>
internal static class OfficialClient
{
    /// <summary>What a script in tests/Conformance answers.</summary>
    public static async Task<TAnswer> AskAsync<TAnswer>(string script, object question, CancellationToken cancellationToken)
    {
        string directory = Folder();
        Assert.True(Directory.Exists(Path.Join(directory, "node_modules", "e2b")), $"The official client is missing: run 'npm ci' in {directory}.");
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Join(directory, script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> output = node.StandardOutput.ReadToEndAsync(cancellationToken);
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(question, JsonSerializerOptions.Web).AsMemory(), cancellationToken);
        node.StandardInput.Close();
        string answer = await output;
        await node.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, node.ExitCode);
        return JsonSerializer.Deserialize<TAnswer>(answer, JsonSerializerOptions.Web)!;
    }

    private static string Folder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string found = Path.Join(at.FullName, "tests", "Conformance");
            if (Directory.Exists(found))
            {
                return found;
            }
        }

        throw new DirectoryNotFoundException("tests/Conformance is above none of the test's directories.");
    }
}

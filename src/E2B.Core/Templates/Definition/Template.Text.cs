using System.Text;
using System.Text.Json;
using E2B.Protocol.Rest;

namespace E2B;

public sealed partial class Template
{
    private static readonly JsonWriterOptions _indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The definition as JSON, as the official SDKs write it, without hashes of files. A registry's secret is left out.</summary>
    public string ToJson()
    {
        using JsonDocument whole = JsonSerializer.SerializeToDocument(ToRequest(), RestJson.Default.TemplateBuildRequest);
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, _indented))
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in whole.RootElement.EnumerateObject())
            {
                if (property.Name != "fromImageRegistry")
                {
                    property.WriteTo(writer);
                }
            }

            if (Source.Registry is { } registry)
            {
                writer.WriteStartObject("fromImageRegistry");
                writer.WriteString("type", registry.Type);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The definition as a Dockerfile, for a look at it or as a beginning. Users of single steps and the ready check have no place in it.</summary>
    /// <exception cref="E2BInvalidArgumentException">It starts from another template, which Docker does not know.</exception>
    public string ToDockerfile()
    {
        if (Source.Image is not { } image)
        {
            throw new E2BInvalidArgumentException($"This definition starts from {Source}, which Docker does not know. Only one that starts from an image can be a Dockerfile.");
        }

        var text = new StringBuilder($"FROM {image}\n");
        foreach (TemplateStep step in Steps)
        {
            text.Append(DockerfileLine(step)).Append('\n');
        }

        return StartCommand is null ? text.ToString() : text.Append("ENTRYPOINT ").Append(StartCommand).Append('\n').ToString();
    }

    private static string DockerfileLine(TemplateStep step) => step switch
    {
        TemplateCopyStep copy => $"COPY {copy.Source} {copy.Destination}",
        TemplateEnvironmentStep environment => "ENV " + string.Join(' ', environment.Variables.Select(variable => $"{variable.Key}={variable.Value}")),
        _ => step.ToString(),
    };
}

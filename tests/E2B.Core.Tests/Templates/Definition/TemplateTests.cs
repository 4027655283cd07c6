using System.Runtime.CompilerServices;
using System.Text.Json;
using E2B.Protocol.Rest;

namespace E2B.Core.Tests;

public sealed class TemplateTests
{
    private const string Secret = "s3cr3t-of-the-registry";

    private const string ServiceAccount = $$"""{ "type": "service_account", "client_email": "me@example.iam.gserviceaccount.com", "private_key": "{{Secret}}" }""";

    [Fact]
    public void A_definition_never_changes_and_can_begin_several()
    {
        Template beginning = Template.FromPythonImage("3.11").Run("a");
        Template first = beginning.Run("b").SetStart("x").WithContext("/one", ["*.log"]).WithDefaults("n", 1, 512).SkipWholeCache();
        Template second = beginning.Run("c").Run("d");

        Assert.Equal(["RUN a"], beginning.Steps.Select(step => step.ToString()));
        Assert.Equal(["RUN a", "RUN b"], first.Steps.Select(step => step.ToString()));
        Assert.Equal(["RUN a", "RUN c", "RUN d"], second.Steps.Select(step => step.ToString()));
        Assert.Equal([1, 2, 3], second.Steps.Select(step => step.Number));
        Assert.Null(beginning.StartCommand);
        Assert.Null(beginning.ContextDirectory);
        Assert.Null(beginning.Name);
        Assert.Empty(beginning.IgnorePatterns);
        Assert.False(beginning.SkipsWholeCache);
        Assert.True(first.SkipsWholeCache);
    }

    // PowerShell indexes arrays and what has an indexer in public, and gives all of a list where it finds neither.
    [Fact]
    public void Its_lists_can_be_indexed_by_PowerShell()
    {
        Template template = Template.FromBaseImage().Run("a").Run("b").WithContext("/one", ["x", "y"]);

        Assert.IsType<TemplateStep[]>(template.Steps);
        Assert.IsType<string[]>(template.IgnorePatterns);
    }

    [Fact]
    public void Each_part_remembers_the_line_where_it_was_written()
    {
        int line = Line() + 1;
        Template template = Template.FromBaseImage()
            .Copy(["a", "b"], "/x")
            .AptInstall("git")
            .SetEnvironment("A", "b")
            .Remove("/x")
            .SetStart("serve");

        Assert.Equal([line + 1, line + 1, line + 2, line + 3, line + 4], template.Steps.Select(step => step.Origin!.Line));
        Assert.All(template.Steps, step => Assert.Equal(File(), step.Origin!.File));
        Assert.Equal(line, template.FindOrigin("base")!.Line);
        Assert.Equal(line + 1, template.FindOrigin("1")!.Line);
        Assert.Equal(line + 4, template.FindOrigin("5")!.Line);
        Assert.Equal(line + 5, template.FindOrigin("finalize")!.Line);
        Assert.Null(template.FindOrigin("6"));
        Assert.Null(template.FindOrigin(null));
        Assert.Equal("RUN rm /x", template.FindStep("5")!.ToString());
        Assert.Null(template.FindStep("0"));
        Assert.Null(template.FindStep("-1"));
        Assert.Equal($"{File()}:{line}", template.Source.Origin!.ToString());
    }

    [Fact]
    public void What_is_typed_at_a_prompt_was_written_nowhere()
    {
        Template template = Template.FromBaseImage(null, 0).Run("a", null, null, 0);

        Assert.Null(template.Source.Origin);
        Assert.Null(template.Steps[0].Origin);
    }

    [Fact]
    public void Hashes_and_the_force_of_one_build_come_from_those_who_build()
    {
        Template template = Template.FromBaseImage().Copy("a", "/x").Run("b");

        TemplateBuildRequest request = template.ToRequest(copy => "hash of " + copy.Source, force: true);

        Assert.Equal("hash of a", request.Steps[0].FilesHash);
        Assert.Null(request.Steps[1].FilesHash);
        Assert.True(request.Force);
        Assert.False(template.ToRequest().Force);
    }

    [Fact]
    public void A_check_that_is_left_out_stays()
    {
        Template template = Template.FromBaseImage().SetStart("a", ReadyCheck.ForPort(1)).SetStart("b");

        Assert.Equal("b", template.StartCommand);
        Assert.Equal(ReadyCheck.ForPort(1).Command, template.ReadyCheck!.Command);
    }

    public static TheoryData<TemplateRegistry, string> Registries() => new()
    {
        { TemplateRegistry.ForUser("me", Secret), $$"""{"type":"registry","username":"me","password":"{{Secret}}"}""" },
        {
            TemplateRegistry.ForAws("AKIA1", Secret, "us-west-2"),
            $$"""{"type":"aws","awsAccessKeyId":"AKIA1","awsSecretAccessKey":"{{Secret}}","awsRegion":"us-west-2"}"""
        },
        { TemplateRegistry.ForGoogle(ServiceAccount), $$"""{"type":"gcp","serviceAccountJson":{{JsonSerializer.Serialize(ServiceAccount)}}}""" },
    };

    [Theory]
    [MemberData(nameof(Registries))]
    public void A_registry_goes_onto_the_wire_as_the_service_wants_it_and_nowhere_else(TemplateRegistry registry, string expected)
    {
        Template template = Template.FromImage("example.com/a:1", registry);

        string sent = JsonSerializer.Serialize(template.ToRequest(), RestJson.Default.TemplateBuildRequest);

        Assert.Equal(expected, JsonDocument.Parse(sent).RootElement.GetProperty("fromImageRegistry").GetRawText(), JsonText.Same);
        Assert.All(
            [template.ToJson(), template.ToString(), template.ToDockerfile(), registry.ToString(), template.Source.ToString(), template.ToRequest().ToString(), registry.ToModel().ToString()],
            text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
        Assert.DoesNotContain(registry.GetType().GetProperties(), property => (property.GetValue(registry) as string)?.Contains(Secret, StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData($"/home/me/{Secret}.json")]
    public void What_is_no_key_of_a_service_account_is_refused_without_being_shown(string text)
    {
        var error = Assert.Throws<E2BInvalidArgumentException>(() => TemplateRegistry.ForGoogle(text));

        Assert.Null(error.InnerException);
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_with_a_token_is_refused_without_being_shown()
    {
        var error = Assert.Throws<E2BInvalidArgumentException>(() => Template.FromBaseImage().GitClone($"https://{Secret}@github.com/me/app"));

        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<Template>> Impossible() => new()
    {
        { "empty command", template => template.Run(" ") },
        { "no command", template => template.Run([]) },
        { "an empty one of several", template => template.Run(["a", ""]) },
        { "empty destination", template => template.Copy("a", "") },
        { "empty source", template => template.Copy("", "/a") },
        { "absolute source", template => template.Copy("/a", "/a") },
        { "source with a drive", template => template.Copy(@"C:\a", "/a") },
        { "source that leads out", template => template.Copy("a/../../b", "/a") },
        { "no permissions", template => template.Copy("a", "/a", new TemplateCopyOptions { Mode = UnixFileMode.None }) },
        { "permissions that are none", template => template.MakeDirectory("/a", (UnixFileMode)4096) },
        { "empty owner", template => template.Copy("a", "/a", new TemplateCopyOptions { User = "" }) },
        { "empty user", template => template.SetUser("") },
        { "empty directory", template => template.SetWorkingDirectory("") },
        { "a variable with =", template => template.SetEnvironment("a=b", "c") },
        { "a variable without a name", template => template.SetEnvironment("", "c") },
        { "a null character", template => template.SetEnvironment("a", "b\0c") },
        { "no package", template => template.AptInstall([]) },
        { "an empty package", template => template.PipInstall([""]) },
        { "a depth of 0", template => template.GitClone("https://example.com/a", depth: 0) },
        { "an empty start", template => template.SetStart("") },
        { "an empty image", _ => Template.FromImage("") },
        { "an empty version", _ => Template.FromPythonImage("") },
        { "an empty template", _ => Template.FromTemplate(" ") },
        { "port 0", _ => ReadyCheck.ForPort(0) },
        { "port 65536", _ => ReadyCheck.ForPort(65536) },
        { "no URL", _ => ReadyCheck.ForUrl("localhost:80") },
        { "no status", _ => ReadyCheck.ForUrl("http://localhost", 99) },
        { "time that ran backwards", _ => ReadyCheck.ForTimeout(TimeSpan.FromSeconds(-1)) },
        { "a Dockerfile from a template", _ => Template.FromTemplate("base").ToDockerfile() },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_cannot_be_is_an_error_at_once(string what, Action<Template> define)
    {
        var error = Assert.Throws<E2BInvalidArgumentException>(() => define(Template.FromBaseImage()));

        Assert.True(error.Message.Length > 10, what);
    }

    [Fact]
    public void A_definition_as_a_Dockerfile()
    {
        Template template = Template.FromPythonImage("3.11")
            .SetWorkingDirectory("/app")
            .SetUser("root")
            .SetEnvironment([new("A", "b"), new("C", "d")])
            .Copy("requirements.txt", "/app/")
            .Run(["pip install -r requirements.txt", "true"])
            .SetStart("python app.py", ReadyCheck.ForPort(8000));

        Assert.Equal(
            """
            FROM python:3.11
            WORKDIR /app
            USER root
            ENV A=b C=d
            COPY requirements.txt /app/
            RUN pip install -r requirements.txt && true
            ENTRYPOINT python app.py

            """,
            template.ToDockerfile(),
            ignoreLineEndingDifferences: true);
    }

    private static int Line([CallerLineNumber] int line = 0) => line;

    private static string File([CallerFilePath] string file = "") => file;

    /// <summary>Whether two texts are the same JSON.</summary>
    private static class JsonText
    {
        public static IEqualityComparer<string> Same { get; } = EqualityComparer<string>.Create(
            (left, right) => JsonElement.DeepEquals(JsonDocument.Parse(left!).RootElement, JsonDocument.Parse(right!).RootElement),
            text => text.Length);
    }
}

namespace E2B.Core.Tests;

public sealed class TemplateConfigTests
{
    [Fact]
    public void A_file_as_the_cli_writes_it()
    {
        TemplateConfig config = TemplateConfig.Parse(
            """
            # This is a config for E2B sandbox template.
            # You can use template ID (abc123) or template name (my-app) to create a sandbox:

            team_id = "00000000-0000-0000-0000-000000000000"
            memory_mb = 2_048
            cpu_count = 4
            start_cmd = "/start.sh"   # as root
            ready_cmd = 'curl -s "http://localhost:8000"'
            dockerfile = "docker/e2b.Dockerfile"
            template_name = "my-app"
            template_id = "abc123"
            """,
            "/x/e2b.toml");

        Assert.Equal("abc123", config.TemplateId);
        Assert.Equal("my-app", config.TemplateName);
        Assert.Equal("docker/e2b.Dockerfile", config.Dockerfile);
        Assert.Equal("/start.sh", config.StartCommand);
        Assert.Equal("curl -s \"http://localhost:8000\"", config.ReadyCommand);
        Assert.Equal(4, config.CpuCount);
        Assert.Equal(2048, config.MemoryMB);
        Assert.Equal("/x/e2b.toml", config.Path);
    }

    [Fact]
    public void A_file_that_says_nothing()
    {
        TemplateConfig config = TemplateConfig.Parse(string.Empty, "e2b.toml");

        Assert.Null(config.Dockerfile);
        Assert.Null(config.TemplateId);
        Assert.Null(config.StartCommand);
        Assert.Null(config.CpuCount);
    }

    [Fact]
    public void The_older_names()
    {
        TemplateConfig config = TemplateConfig.Parse("id = \"a\"\nname = \"b\"\n", "e2b.toml");

        Assert.Equal("a", config.TemplateId);
        Assert.Equal("b", config.TemplateName);
    }

    [Fact]
    public void A_definition_of_the_file_and_its_Dockerfile()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("e2b-config-");
        try
        {
            string file = Path.Combine(folder.FullName, "e2b.toml");
            Directory.CreateDirectory(Path.Combine(folder.FullName, "docker"));
            File.WriteAllText(Path.Combine(folder.FullName, "docker", "my.Dockerfile"), "FROM python:3.11\nRUN pip install polars\n");
            File.WriteAllText(file, "template_id = 'abc'\ndockerfile = 'docker/my.Dockerfile'\n\nstart_cmd = \"cd /app && it's\"\ncpu_count = 2\nmemory_mb = 1024\n");

            Template template = TemplateConfig.Load(file).ToTemplate();

            Assert.Equal("python:3.11", template.Source.Image);
            Assert.Contains(template.Steps, step => step.ToString() == "RUN pip install polars");
            Assert.Equal("sudo -E sh -c 'cd /app && it'\"'\"'s'", template.StartCommand);
            Assert.Equal("sleep 20", template.ReadyCheck!.Command);
            Assert.Equal($"{file}:4", template.StartOrigin!.ToString());
            Assert.Equal(folder.FullName, template.ContextDirectory);
            Assert.Equal("abc", template.Name);
            Assert.Equal(2, template.CpuCount);
            Assert.Equal(1024, template.MemoryMB);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("ready_cmd = 'x'", null, "sudo -E sh -c x")]
    [InlineData("start_cmd = 'a'\nready_cmd = 'x'", "sudo -E sh -c a", "x")]
    [InlineData("", null, null)]
    public void Commands_are_those_of_the_file(string text, string? start, string? ready)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("e2b-config-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "Dockerfile"), "FROM python:3.11\n");

            Template template = TemplateConfig.Parse(text, Path.Combine(folder.FullName, "e2b.toml")).ToTemplate();

            Assert.Equal(start, template.StartCommand);
            Assert.Equal(ready, template.ReadyCheck?.Command);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("", "e2b.Dockerfile or Dockerfile")]
    [InlineData("dockerfile = 'other'", "other")]
    public void A_Dockerfile_that_is_not_there_is_named(string text, string named)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("e2b-config-");
        try
        {
            var error = Assert.Throws<E2BInvalidArgumentException>(() => TemplateConfig.Parse(text, Path.Combine(folder.FullName, "e2b.toml")).ToTemplate());

            Assert.Contains($"There is no {named} in", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete();
        }
    }

    [Theory]
    [InlineData("start_cmd = \"a \\\"b\\\" \\\\ \\t \\u00fc \\U0001F600\"", "a \"b\" \\ \t ü \U0001F600")]
    [InlineData("start_cmd = 'C:\\x'", "C:\\x")]
    [InlineData("start_cmd = \"\"\"\na\nb\"\"\"", "a\nb")]
    [InlineData("start_cmd = \"\"\"a \\\n   b\"\"\"", "a b")]
    [InlineData("start_cmd = '''\na\\n'b'''", "a\\n'b")]
    [InlineData("start_cmd = \"\"\"say \"a\"\"\"\"", "say \"a\"")]
    [InlineData("\"start_cmd\"=\"a # b\"#c", "a # b")]
    [InlineData("\uFEFFstart_cmd\t=\t\"a\"\r\nid='x'\r\n", "a")]
    [InlineData("start_cmd = \"a\"\n[scripts]\nstart_cmd = \"other\"\nlist = [ 1, 2 ]", "a")]
    [InlineData("when = 1979-05-27T07:32:00Z\nyes = true\nstart_cmd = \"a\"", "a")]
    public void Text_in_all_its_forms(string file, string expected) =>
        Assert.Equal(expected, TemplateConfig.Parse(file, "e2b.toml").StartCommand);

    [Theory]
    [InlineData("id = \"a\"\nstart_cmd = \"a", 2)]
    [InlineData("start_cmd = \"a\nb\"", 1)]
    [InlineData("\n\nstart_cmd = a", 3)]
    [InlineData("start_cmd", 1)]
    [InlineData("start_cmd =", 1)]
    [InlineData("= 1", 1)]
    [InlineData("start_cmd = 5", 1)]
    [InlineData("cpu_count = \"5\"", 1)]
    [InlineData("cpu_count = 0", 1)]
    [InlineData("cpu_count = 1.5", 1)]
    [InlineData("memory_mb = 127", 1)]
    [InlineData("id = \"a\"\nid = \"b\"", 2)]
    [InlineData("id = \"a\" \"b\"", 1)]
    [InlineData("id = \"a\"\n\nlist = [1]", 3)]
    [InlineData("id = \"\\x\"", 1)]
    [InlineData("id = \"\\q\"", 1)]
    [InlineData("start_cmd = \"\"\"a\nb\n\nc", 4)]
    [InlineData("start_cmd = \"\"\"a\nb\"\"\"\nid = b", 3)]
    public void What_is_wrong_is_named_with_its_line(string file, int line)
    {
        var error = Assert.Throws<E2BInvalidArgumentException>(() => TemplateConfig.Parse(file, "some/e2b.toml"));

        Assert.StartsWith($"some/e2b.toml:{line}: ", error.Message, StringComparison.Ordinal);
    }
}

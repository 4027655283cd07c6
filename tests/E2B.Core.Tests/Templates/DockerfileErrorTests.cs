namespace E2B.Core.Tests.Templates;

public sealed class DockerfileErrorTests
{
    /// <summary>A Dockerfile, the line that its error names, and a part of what that says.</summary>
    [Theory]
    [InlineData("RUN ls", 1, "before FROM")]
    [InlineData("# only\n\n", 1, "no FROM")]
    [InlineData("FROM scratch", 1, "from nothing")]
    [InlineData("FROM a b", 1, "takes an image")]
    [InlineData("ARG X\nFROM $X", 2, "is empty here")]
    [InlineData("FROM a:$TAG", 1, "The variable TAG is not set")]
    [InlineData("FROM --platform=linux/arm64 a", 1, "linux/amd64, and not linux/arm64")]
    [InlineData("FROM golang AS build\nRUN go build\n\nFROM debian\nCOPY --from=build /x /x", 5, "cannot copy from another stage")]
    [InlineData("FROM a\nRUN a &&\n  b", 3, "'B' is no instruction")]
    [InlineData("FROM a\n\n# x\nRUN --mount=type=secret,id=k cat /run/secrets/k", 4, "no secrets")]
    [InlineData("FROM a\nRUN --mount=target=/src ls", 2, "cannot mount files")]
    [InlineData("FROM a\nRUN --mount=type=ssh git clone x", 2, "no keys for SSH")]
    [InlineData("FROM a\nRUN --network=none ls", 2, "--network=none")]
    [InlineData("FROM a\nRUN", 2, "nothing to run")]
    [InlineData("FROM a\nRUN <<EOF\nls\n", 2, "does not end")]
    [InlineData("FROM a\nRUN <<A <<B\nls\nA\nls\nB", 2, "several texts and no program")]
    [InlineData("FROM a\nADD https://x/y.tgz /", 2, "Fetch it with a RUN")]
    [InlineData("FROM a\nADD git@github.com:x/y.git /", 2, "Fetch it with a RUN")]
    [InlineData("FROM a\nADD rootfs.tar.gz /", 2, "unpack it with a RUN")]
    [InlineData("FROM a\nCOPY a", 2, "what to copy, and where to")]
    [InlineData("FROM a\nCOPY a b /c", 2, "Write '/c/'")]
    [InlineData("FROM a\nCOPY ../x /", 2, "leads out of")]
    [InlineData("FROM a\nCOPY --chmod=u+x a /", 2, "octal")]
    [InlineData("FROM a\nCOPY --exclude=*.md . /", 2, ".dockerignore")]
    [InlineData("FROM a\nCOPY --parents a/b /", 2, "--parents")]
    [InlineData("FROM a\nCOPY --nonsense a /", 2, "no option --nonsense")]
    [InlineData("FROM a\nCOPY $SRC /", 2, "The variable SRC is not set")]
    [InlineData("FROM a\nWORKDIR $HOME/app", 2, "The variable HOME is not set")]
    [InlineData("FROM a\nWORKDIR", 2, "takes a directory")]
    [InlineData("FROM a\nWORKDIR '/a\"b'", 2, "has a '\"'")]
    [InlineData("FROM a\nUSER app:staff", 2, "Write USER app")]
    [InlineData("FROM a\nENV A", 2, "no value for A")]
    [InlineData("FROM a\nENV A=1 two", 2, "'two' is no variable")]
    [InlineData("FROM a\nENV A='$HOME'", 2, "meant as it is")]
    [InlineData("FROM a\nENV A=\"b", 2, "is not closed")]
    [InlineData("FROM a\nENV A=${B", 2, "is not closed")]
    [InlineData("FROM a\nENV A=\"${B:?say B}\"", 2, "say B")]
    [InlineData("FROM a\nSHELL bash -c", 2, "SHELL takes words")]
    [InlineData("# escape=x\nFROM a", 1, "escape directive")]
    public void An_error_names_the_line_and_says_what_to_do(string text, int line, string part)
    {
        var error = Assert.Throws<DockerfileException>(() => Template.FromDockerfile(text + "\n"));

        Assert.Equal(line, error.Line);
        Assert.Equal("Dockerfile", error.File);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"Dockerfile, line {line}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Dockerfile_is_read_from_its_path_and_its_directory_is_the_context()
    {
        using ContextFolder folder = new ContextFolder().File("deploy/e2b.Dockerfile", "FROM a\n\nRUN ls \\\n -l\nCMD x\n");
        string path = folder.At("deploy/e2b.Dockerfile");

        Template template = Template.FromDockerfile(path);

        Assert.Equal(folder.At("deploy"), template.ContextDirectory);
        Assert.Equal(new TemplateOrigin(path, 1), template.Source.Origin);
        Assert.Equal([new(path, 1), new(path, 1), new(path, 3), new(path, 1), new(path, 1)], template.Steps.Select(static step => step.Origin!));
        Assert.Equal(new TemplateOrigin(path, 5), template.StartOrigin);
    }

    [Theory]
    [InlineData("no/such/Dockerfile", "There is no Dockerfile")]
    [InlineData(" ", "is empty")]
    public void What_is_neither_a_path_nor_a_Dockerfile_is_an_error(string text, string part) =>
        Assert.Contains(part, Assert.Throws<E2BInvalidArgumentException>(() => Template.FromDockerfile(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Content_has_no_context_of_its_own() => Assert.Null(Template.FromDockerfile("FROM a").ContextDirectory);
}

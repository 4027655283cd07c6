namespace E2B.Core.Tests.Templates;

/// <summary>Instructions as public Dockerfiles have them. What is expected follows from Docker's reference and what the service does with a step.</summary>
public sealed class DockerfileShapeTests
{
    /// <summary>What is behind <c>FROM debian:12</c>, and the steps that it makes, as the kind and its words, between those at the start and the end.</summary>
    public static TheoryData<string, string, string[]> Shapes { get; } = new()
    {
        { "a line", "RUN apt-get update", ["RUN|apt-get update"] },
        {
            "lines that go on, with comments and empty ones between",
            "RUN apt-get update && \\\n    # the compiler\n    apt-get install -y --no-install-recommends \\\n\n      gcc \\\n      make   \\  \n    && rm -rf /var/lib/apt/lists/*",
            ["RUN|apt-get update && apt-get install -y --no-install-recommends gcc make && rm -rf /var/lib/apt/lists/*"]
        },
        { "a word that goes on", "RUN echo one\\\ntwo", ["RUN|echo onetwo"] },
        { "spaces within quotes stay", "RUN echo 'a \\\n   b'  c", ["RUN|echo 'a    b'  c"] },
        { "Windows line ends", "RUN echo a && \\\r\n    echo b\r\nWORKDIR /srv\r\n", ["RUN|echo a && echo b", "WORKDIR|/srv"] },
        { "variables of a line are the shell's", "ENV V=1\nRUN echo $V ${W:-x} $(pwd) \\$V", ["ENV|V|1", "RUN|echo $V ${W:-x} $(pwd) \\$V"] },
        { "the exec form", "RUN [\"/bin/bash\", \"-c\", \"echo 'hello world' && ls\"]", ["RUN|/bin/bash -c 'echo '\"'\"'hello world'\"'\"' && ls'"] },
        { "a test that begins with a bracket", "RUN [ -f /etc/passwd ] && echo yes", ["RUN|[ -f /etc/passwd ] && echo yes"] },
        { "a heredoc", "RUN <<EOF\nset -eux\napt-get update\n# not a comment of Docker\nEOF\nRUN ls", ["RUN|set -eux\napt-get update\n# not a comment of Docker", "RUN|ls"] },
        { "a heredoc for a program", "RUN python3 <<'PY' > /out\nprint(\"$x\")\nPY", ["RUN|python3 <<'PY' > /out\nprint(\"$x\")\nPY"] },
        {
            "heredocs for two programs",
            "RUN cat <<A > /a && cat <<-'B' > /b\none\nA\n\ttwo $x\n\tB\nRUN ls",
            ["RUN|cat <<A > /a && cat <<-'B' > /b\none\nA\ntwo $x\nB", "RUN|ls"]
        },
        { "a heredoc with tabs", "RUN <<-EOF\n\techo a\n\t\techo b\n\tEOF", ["RUN|echo a\necho b"] },
        {
            "a heredoc that names its program",
            "RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF",
            ["RUN|e2b_script=$(mktemp) && cat > \"$e2b_script\" <<'E2B_EOF'\n#!/usr/bin/env python3\nprint(1)\nE2B_EOF\nchmod 755 \"$e2b_script\" && \"$e2b_script\"; e2b_code=$?; rm -f \"$e2b_script\"; exit $e2b_code"]
        },
        { "a cache that is mounted", "RUN --mount=type=cache,target=/root/.cache/pip \\\n    --mount=type=tmpfs,target=/tmp pip install -r requirements.txt", ["RUN|pip install -r requirements.txt"] },
        { "another shell", "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -s x | sh", ["RUN|/bin/bash -o pipefail -c 'curl -s x | sh'"] },
        { "ENV with several values", "ENV A=1 B=\"two words\" \\\n    C='3' D=four\\ words", ["ENV|A|1|B|two words|C|3|D|four words"] },
        { "ENV in the old form", "ENV GREETING hello \"big\"  world", ["ENV|GREETING|hello big  world"] },
        { "ENV builds on ENV", "ENV A=1\nENV B=${A}2 A=9 C=$A", ["ENV|A|1", "ENV|B|12|A|9|C|1"] },
        { "ENV builds on the image", "ENV PATH=/opt/bin:$PATH\nENV PATH=\"$PATH:/x\"", ["ENV|PATH|/opt/bin:$PATH", "ENV|PATH|/opt/bin:$PATH:/x"] },
        { "defaults of variables", "ENV E=\nENV A=${N:-def} B=${E:-empty} C=${E-set} D=${E:+no} F=${E+yes}", ["ENV|E|", "ENV|A|${N:-def}|B|empty|C||D||F|yes"] },
        { "parts of variables", "ENV F=a/b/c.tar.gz\nENV A=${F#*/} B=${F##*/} C=${F%.*} D=${F%%.*} E=${F/b/x} G=${F//\\//_}", ["ENV|F|a/b/c.tar.gz", "ENV|A|b/c.tar.gz|B|c.tar.gz|C|a/b/c.tar|D|a/b/c|E|a/x/c.tar.gz|G|a_b_c.tar.gz"] },
        { "what a shell calls its own", "ENV A=x$1y B=${9:-z} C=\"a$?\" D=end\\", ["ENV|A|xy|B|z|C|a|D|end"] },
        { "escapes and quotes", "ENV A=he\\'llo B=\"a\\tb\" C='a\\b' D=a\\tb E=\"say \\\"hi\\\"\"", ["ENV|A|he'llo|B|a\\tb|C|a\\b|D|atb|E|say \"hi\""] },
        { "ARG with a default", "ARG VERSION=1.2\nRUN get $VERSION\nWORKDIR /opt/app-${VERSION}", ["ENV|VERSION|1.2", "RUN|get $VERSION", "WORKDIR|/opt/app-1.2"] },
        { "ARG without, and several", "ARG TOKEN\nARG A=1 B=\"x y\"", ["ENV|TOKEN|", "ENV|A|1|B|x y"] },
        { "ENV stands above ARG", "ENV V=env\nARG V=arg\nWORKDIR /$V", ["ENV|V|env", "WORKDIR|/env"] },
        { "what Docker knows of the platform", "ARG TARGETARCH\nARG TARGETPLATFORM\nWORKDIR /$TARGETARCH", ["ENV|TARGETARCH|amd64", "ENV|TARGETPLATFORM|linux/amd64", "WORKDIR|/amd64"] },
        { "COPY", "COPY package*.json ./\nCOPY . .", ["COPY|package*.json|./||", "COPY|.|.||"] },
        { "COPY of several", "COPY a b/ c.txt /dest/", ["COPY|a|/dest/||", "COPY|b/|/dest/||", "COPY|c.txt|/dest/||"] },
        { "COPY with owner and mode", "COPY --link --chown=node:node --chmod=0755 run.sh /usr/bin/run", ["COPY|run.sh|/usr/bin/run|node:node|0755"] },
        { "COPY in the exec form", "COPY [\"a file\", \"b\", \"/dest dir/\"]", ["COPY|a file|/dest dir/||", "COPY|b|/dest dir/||"] },
        { "COPY with quotes and variables", "ARG D=src\nCOPY \"${D}/a b\" '/to here'", ["ENV|D|src", "COPY|src/a b|/to here||"] },
        { "COPY from the root of the context", "COPY /etc/app.conf /etc/", ["COPY|etc/app.conf|/etc/||"] },
        {
            "COPY of a text",
            "ENV P=80\nCOPY --chmod=644 <<EOF /etc/app.conf\nport=$P\nname=\"x\"\nEOF",
            ["ENV|P|80", "RUN|mkdir -p \"$(dirname /etc/app.conf)\" && cat > /etc/app.conf <<'E2B_EOF'\nport=80\nname=\"x\"\nE2B_EOF\nchmod 644 /etc/app.conf|root"]
        },
        { "COPY of a text into a directory", "COPY <<'robots.txt' /srv/\n$no\nrobots.txt", ["RUN|mkdir -p \"$(dirname /srv/robots.txt)\" && cat > /srv/robots.txt <<'E2B_EOF'\n$no\nE2B_EOF|root"] },
        { "ADD of files", "ADD --chown=1000 src /app", ["COPY|src|/app|1000|"] },
        { "ADD that does not unpack", "ADD --unpack=false a.tar.gz /app/", ["COPY|a.tar.gz|/app/||"] },
        { "WORKDIR, one upon the other", "WORKDIR /a\nWORKDIR b\nWORKDIR \"c d\"", ["WORKDIR|/a", "WORKDIR|b", "WORKDIR|c d"] },
        { "USER with its own group", "USER node:node", ["USER|node"] },
        { "USER by number", "ARG UID=1001\nUSER ${UID}", ["ENV|UID|1001", "USER|1001"] },
        { "small letters", "run ls\nenv A=b\nworkdir /x", ["RUN|ls", "ENV|A|b", "WORKDIR|/x"] },
        { "what means nothing here", "LABEL a=b \"c d\"=e\nEXPOSE 80/tcp 443\nVOLUME [\"/data\"]\nSTOPSIGNAL SIGTERM\nHEALTHCHECK --interval=5s CMD curl -f http://localhost/ || exit 1\nMAINTAINER me <me@x>\nONBUILD RUN ls", [] },
        { "comments", "# one\n   # two\nRUN echo '#' # three", ["RUN|echo '#' # three"] },
        { "a backslash at the end that is escaped", "RUN echo a\\\\\nRUN echo b", ["RUN|echo a\\\\", "RUN|echo b"] },
        { "a last line that goes on", "RUN echo a \\", ["RUN|echo a"] },
        { "a shift is no heredoc", "RUN echo $((1 << 2)) && cat <<< here", ["RUN|echo $((1 << 2)) && cat <<< here"] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_makes_its_steps(string name, string body, string[] expected)
    {
        Template template = Template.FromDockerfile($"FROM debian:12\n{body}");

        bool namesUser = expected.Any(static step => step.StartsWith("USER|", StringComparison.Ordinal));
        bool namesDirectory = expected.Any(static step => step.StartsWith("WORKDIR|", StringComparison.Ordinal));
        Assert.Equal(
            ["USER|root", "WORKDIR|/", .. expected, .. namesUser ? Array.Empty<string>() : ["USER|user"], .. namesDirectory ? Array.Empty<string>() : ["WORKDIR|/home/user"]],
            Steps(template));
        Assert.Equal("debian:12", template.Source.Image);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void There_are_thirty_shapes_at_least() => Assert.True(Shapes.Count >= 30);

    [Theory]
    [InlineData("FROM node:24", "node:24")]
    [InlineData("from  node:24-slim  as  build", "node:24-slim")]
    [InlineData("FROM --platform=linux/amd64 ghcr.io/me/app@sha256:0123 AS x", "ghcr.io/me/app@sha256:0123")]
    [InlineData("FROM --platform=$BUILDPLATFORM golang:1", "golang:1")]
    [InlineData("ARG VERSION=3.11\nARG VARIANT=-slim\nFROM python:${VERSION}${VARIANT}", "python:3.11-slim")]
    [InlineData("ARG BASE\nFROM ${BASE:-debian:12}", "debian:12")]
    [InlineData("\uFEFF# syntax=docker/dockerfile:1\n\nFROM a", "a")]
    [InlineData("FROM a AS base\nFROM base", "a")]
    public void The_image_is_that_of_FROM(string text, string image) => Assert.Equal(image, Template.FromDockerfile(text).Source.Image);

    [Theory]
    [InlineData("CMD [\"python\", \"app.py\"]", "python app.py")]
    [InlineData("CMD python app.py --port $PORT", "python app.py --port $PORT")]
    [InlineData("CMD [\"sh\", \"-c\", \"a && b\"]", "sh -c 'a && b'")]
    [InlineData("ENTRYPOINT [\"/run.sh\"]", "/run.sh")]
    [InlineData("ENTRYPOINT exec top -b", "exec top -b")]
    [InlineData("ENTRYPOINT [\"python\"]\nCMD [\"app.py\", \"a b\"]", "python app.py 'a b'")]
    [InlineData("CMD [\"app.py\"]\nENTRYPOINT [\"python\"]", "python app.py")]
    [InlineData("ENTRYPOINT [\"/init\"]\nCMD serve --all", "/init /bin/sh -c 'serve --all'")]
    [InlineData("ENTRYPOINT top\nCMD [\"ignored\"]", "top")]
    [InlineData("CMD one\nCMD two", "two")]
    [InlineData("CMD one\nCMD []", null)]
    [InlineData("RUN ls", null)]
    public void The_start_command_is_what_Docker_would_run(string body, string? expected)
    {
        Template template = Template.FromDockerfile($"FROM a\n{body}");

        Assert.Equal(expected, template.StartCommand);
        Assert.Equal(expected is null ? null : "sleep 20", template.ReadyCheck?.Command);
    }

    [Fact]
    public void Of_several_stages_the_last_is_taken_with_those_that_it_builds_upon()
    {
        Template template = Template.FromDockerfile(
            "ARG TAG=12\nFROM debian:$TAG AS base\nARG TAG\nENV A=$TAG\nFROM golang AS other\nRUN never\nFROM Base\nWORKDIR /$A");

        Assert.Equal("debian:12", template.Source.Image);
        Assert.Equal(["USER|root", "WORKDIR|/", "ENV|TAG|12", "ENV|A|12", "WORKDIR|/12", "USER|user"], Steps(template));
    }

    [Fact]
    public void Build_arguments_stand_above_defaults()
    {
        Template template = Template.FromDockerfile(
            "ARG V=1\nFROM a:$V\nARG V\nARG W=2\nARG X=3", buildArguments: new Dictionary<string, string> { ["V"] = "10", ["W"] = "20", ["UNUSED"] = "" });

        Assert.Equal("a:10", template.Source.Image);
        Assert.Equal(["ENV|V|10", "ENV|W|20", "ENV|X|3"], Steps(template)[2..5]);
    }

    [Fact]
    public void The_escape_directive_changes_what_continues_a_line()
    {
        Template template = Template.FromDockerfile("# escape=`\n# syntax=x\nFROM a\nRUN dir c:\\ && `\n  echo b\nENV A=x` y B=c:\\d");

        Assert.Equal(["RUN|dir c:\\ && echo b", "ENV|A|x y|B|c:\\d"], Steps(template)[2..4]);
    }

    internal static string[] Steps(Template template) => [.. template.ToRequest().Steps.Select(static step => string.Join('|', step.Args!.Prepend(step.Type)))];
}

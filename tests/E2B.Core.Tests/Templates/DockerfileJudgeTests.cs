using System.Text.Json;

namespace E2B.Core.Tests.Templates;

/// <summary>Where the official client takes a Dockerfile right, the steps are the same: so that the layers that it made are found in the cache.</summary>
public sealed class DockerfileJudgeTests
{
    private static readonly string[] _dockerfiles =
    [
        "FROM node:24\nWORKDIR /app\nCOPY package.json .\nRUN npm install\nENTRYPOINT [\"sleep\", \"20\"]",
        "FROM node:24",
        "FROM node:24\nUSER mish\nWORKDIR /home/mish",
        "FROM node:24\nCOPY file1.txt file2.txt file3.txt /dest/",
        "FROM node:24\nCOPY --chown=myuser:mygroup app.js /app/\nCOPY --chown=anotheruser config.json /config/",
        "FROM python:3.11\nENV A=1\nENV B=2 C=3\nENV D=4 E=5 F=6\nENV G seven\nARG H=8\nARG I\nENV PATH=/opt/bin:$PATH",
        "FROM debian\nRUN apt-get update && \\\n    apt-get install -y curl \\\n    # with a comment\n      git && \\\n    rm -rf /var/lib/apt/lists/*",
        "FROM debian\nEXPOSE 80\nVOLUME /data\nADD src /src\nCMD [\"python\", \"-m\", \"http.server\"]",
        "FROM debian\nCMD python -m http.server",
        "# a comment\n\nFROM debian AS base\nRUN echo \"a\" && echo 'b'\nRUN ls | grep x > /y",
    ];

    [Fact]
    public async Task Steps_are_those_of_the_official_client()
    {
        JsonElement[] answers = await OfficialClient.AskAsync<JsonElement[]>("dockerfile-steps.mjs", _dockerfiles, TestContext.Current.CancellationToken);

        Assert.Equal(_dockerfiles.Length, answers.Length);
        foreach ((string dockerfile, JsonElement official) in _dockerfiles.Zip(answers))
        {
            using var ours = JsonDocument.Parse(Template.FromDockerfile(dockerfile).ToJson());
            Assert.True(JsonElement.DeepEquals(official, ours.RootElement), $"{dockerfile}\n{official}\n{ours.RootElement}");
        }
    }
}

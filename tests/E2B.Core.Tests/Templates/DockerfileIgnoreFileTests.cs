using E2B.Templates.Building;

namespace E2B.Core.Tests.Templates;

/// <summary>A Dockerfile's own ignore file, by BuildKit's rule: &lt;name&gt;.dockerignore beside it counts in place of the context's.</summary>
public sealed class DockerfileIgnoreFileTests : IDisposable
{
    private readonly ContextFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_read_in_place_of_the_contexts()
    {
        _folder.Files("app/a.txt", "app/b.txt", "app/c.txt").File(".dockerignore", "app/a.txt").File("docker/web.Dockerfile", "FROM debian:12\nCOPY app /app/");
        Template plain = Template.FromDockerfile(_folder.At("docker/web.Dockerfile")).WithContext(_folder.Path);
        Assert.Null(plain.IgnoreFile);

        _folder.File("docker/web.Dockerfile.dockerignore", "**/b.txt");
        Template own = Template.FromDockerfile(_folder.At("docker/web.Dockerfile")).WithContext(_folder.Path);

        Assert.Equal(_folder.At("docker/web.Dockerfile.dockerignore"), own.IgnoreFile);
        Assert.NotEqual(await HashAsync(plain), await HashAsync(own));
        Assert.Equal(await HashAsync(Only(["app/b.txt"])), await HashAsync(own));
        Assert.Equal(await HashAsync(Only(["app/a.txt"])), await HashAsync(plain));

        // What a script leaves out counts as well.
        Assert.Equal(await HashAsync(Only(["app/b.txt", "app/c.txt"])), await HashAsync(own.WithContext(_folder.Path, ["app/c.txt"])));
    }

    [Fact]
    public async Task It_is_named_where_a_line_of_it_is_wrong()
    {
        _folder.Files("app/a.txt").File("docker/web.Dockerfile", "FROM debian:12\nCOPY app /app/").File("docker/web.Dockerfile.dockerignore", "b\na[");
        Template template = Template.FromDockerfile(_folder.At("docker/web.Dockerfile")).WithContext(_folder.Path);

        TemplateContextException refused = await Assert.ThrowsAsync<TemplateContextException>(() => HashAsync(template));

        Assert.Contains(" Line 2 of web.Dockerfile.dockerignore, 'a[', is no pattern", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["web.Dockerfile.dockerignore"], refused.Paths);
    }

    /// <summary>The same in a context without any file that is read.</summary>
    private Template Only(string[] left)
    {
        string folder = _folder.At($"without-{string.Join('-', left.Select(Path.GetFileName))}");
        foreach (string name in ((string[])["app/a.txt", "app/b.txt", "app/c.txt"]).Except(left))
        {
            _folder.File(Path.GetRelativePath(_folder.Path, Path.Join(folder, name)), $"content of {name}");
        }

        return Template.FromDockerfile("FROM debian:12\nCOPY app /app/").WithContext(folder);
    }

    private static Task<string> HashAsync(Template template) => new LocalFiles(template).HashAsync(template.Steps.OfType<TemplateCopyStep>().Single(), Token);
}

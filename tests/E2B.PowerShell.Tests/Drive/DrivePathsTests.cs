using E2B.PowerShell.Drive;

namespace E2B.PowerShell.Tests.Drive;

/// <summary>The grammar of paths, as the engine of Linux and that of Windows hand them over.</summary>
public sealed class DrivePathsTests
{
    [Theory]
    [InlineData("i1/", "tmp", '/', "i1/tmp")]
    [InlineData("i1/home", "user", '/', "i1/home/user")]
    [InlineData("i1/home", @"user\x", '/', "i1/home/user/x")]
    [InlineData("i1/home", "/user", '/', "i1/home/user")]
    [InlineData("i1/home", "", '/', "i1/home/")]
    [InlineData("i1/", "", '/', "i1/")]
    [InlineData("i1/home", "/", '/', "i1/home/")]
    [InlineData("", "a/b", '/', "a/b")]
    [InlineData(null, "a", '/', "a")]
    [InlineData("", "", '/', "")]
    [InlineData(@"i1\", "tmp", '\\', @"i1\tmp")]
    [InlineData("i1/home", "user/x", '\\', @"i1\home\user\x")]
    [InlineData(@"i1\home", "", '\\', @"i1\home\")]
    public void Make_puts_paths_together(string? parent, string child, char separator, string expected) =>
        Assert.Equal(expected, DrivePaths.Make(parent, child, separator));

    [Theory]
    [InlineData("i1/home/user", "i1/", '/', "i1/home")]
    [InlineData("i1/home/", "i1/", '/', "i1")]
    [InlineData("i1/home", "i1/home", '/', "")]
    [InlineData("i1/", "i1/", '/', "")]
    [InlineData("home", null, '/', "")]
    [InlineData("/home", null, '/', "/")]
    [InlineData("/", null, '/', "")]
    [InlineData("", null, '/', "")]
    [InlineData(@"i1\home\user", @"i1\", '\\', @"i1\home")]
    [InlineData("i1/home/user", @"i1\", '\\', @"i1\home")]
    public void Parent_is_what_holds_an_entry(string path, string? root, char separator, string expected) =>
        Assert.Equal(expected, DrivePaths.Parent(path, root, separator));

    [Theory]
    [InlineData("i1/home/user", '/', "user")]
    [InlineData("i1/home/user/", '/', "user")]
    [InlineData(@"i1\home\user", '/', "user")]
    [InlineData("i1/home/user", '\\', "user")]
    [InlineData("i1/", '/', "i1")]
    [InlineData("user", '/', "user")]
    [InlineData("", '/', "")]
    public void Child_is_the_last_part(string path, char separator, string expected) => Assert.Equal(expected, DrivePaths.Child(path, separator));

    [Theory]
    [InlineData("a/../../b", '/', "b")]
    [InlineData("../../b", '/', "b")]
    [InlineData(@"..\a\.\b", '/', "a/b")]
    [InlineData("../a/", '/', "a/")]
    [InlineData("..", '/', "")]
    [InlineData("a..b/.c", '/', "a..b/.c")]
    [InlineData(@"a\..\b", '\\', "b")]
    [InlineData(@"x\..\a/b", '\\', @"a\b")]
    public void Clamp_stays_below_the_root(string path, char separator, string expected) => Assert.Equal(expected, DrivePaths.Clamp(path, separator));

    [Theory]
    [InlineData("i1/home/user", "i1/home", '/', "user")]
    [InlineData("i1/home/user2", "i1/home/user", '/', "../user2")]
    [InlineData("i1/Home/x", "i1/home", '/', "../Home/x")]
    [InlineData("i1/etc/passwd", "i1/home/user", '/', "../../etc/passwd")]
    [InlineData("i1/home", "i1/home", '/', "../home")]
    [InlineData("i1/home/", "i1/home", '/', "")]
    [InlineData("i1/", "i1/", '/', "")]
    [InlineData("i1/home", null, '/', "i1/home")]
    [InlineData("i1/a/../b", "", '/', "i1/b")]
    [InlineData("i1/../../b", "", '/', "i1/b")]
    [InlineData(@"i1\home\user", @"i1\home", '\\', "user")]
    [InlineData(@"i1\etc", "i1/home", '\\', @"..\etc")]
    public void Relative_is_the_way_between_two_places(string path, string? directory, char separator, string expected) =>
        Assert.Equal(expected, DrivePaths.Relative(path, directory, separator));
}

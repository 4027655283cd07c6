using E2B.PowerShell.Drive;

namespace E2B.PowerShell.Tests.Drive;

public sealed class DriveTargetTests
{
    [Theory]
    [InlineData("i1", "/")]
    [InlineData("i1:", "/")]
    [InlineData("i1/", "/")]
    [InlineData("i1:/home/user", "/home/user")]
    [InlineData("i1/home//user/", "/home/user")]
    [InlineData(@"i1:\home\user", "/home/user")]
    [InlineData(@"i1\home/user", "/home/user")]
    [InlineData("i1/a/./b/../c", "/a/c")]
    [InlineData("i1/../../etc", "/etc")]
    [InlineData("i1/a:b", "/a:b")]
    [InlineData("i1/..a/b..", "/..a/b..")]
    public void A_path_names_a_sandbox_and_a_place_in_it(string path, string expected)
    {
        var target = DriveTarget.Parse(path);
        Assert.Equal("i1", target.SandboxId);
        Assert.Equal(expected, target.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/home")]
    [InlineData(":/home")]
    public void A_path_without_a_sandbox_is_refused(string path) =>
        Assert.Throws<E2BInvalidArgumentException>(() => DriveTarget.Parse(path));

    [Theory]
    [InlineData("i1/home/user/..")]
    [InlineData("i1/home/user/a/../../x")]
    [InlineData(@"i1\home\user\..\..")]
    public void A_path_on_a_drive_does_not_leave_it(string path) =>
        Assert.Throws<E2BInvalidArgumentException>(() => DriveTarget.Parse(path, "i1/home/user"));

    [Fact]
    public void A_path_beside_the_drive_is_not_held_by_it()
    {
        Assert.Equal("/", DriveTarget.Parse("i1/etc/..", "i1/home/user").Path);
        Assert.Equal("/home/x", DriveTarget.Parse("i1/home/user2/../x", "i1/home/user").Path);
        Assert.Equal("/home/x", DriveTarget.Parse("i2/home/user/../x", "i1/home/user").Path);
    }

    [Theory]
    [InlineData("/tmp/x", '/', "i1/tmp/x")]
    [InlineData("/tmp/x", '\\', @"i1\tmp\x")]
    [InlineData("/", '/', "i1/")]
    [InlineData(@"/tmp/..\..\etc", '/', "i1/tmp/..\uF05C..\uF05Cetc")]
    [InlineData(@"/tmp/a\b", '\\', "i1\\tmp\\a\uF05Cb")]
    public void What_the_engine_gets_comes_back_the_same(string path, char separator, string expected)
    {
        var target = new DriveTarget("i1", path);
        string written = target.ToProviderPath(separator);
        Assert.Equal(expected, written);
        Assert.Equal(target, DriveTarget.Parse(written));
        Assert.Equal(target, DriveTarget.Parse(DrivePaths.Make(DrivePaths.Parent(written, null, separator), DrivePaths.Child(written, separator), separator)));
    }
}

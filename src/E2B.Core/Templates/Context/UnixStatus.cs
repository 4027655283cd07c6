namespace E2B.Templates.Context;

/// <summary>
/// The numbers that <c>stat</c> gives on Unix, which the hash is made of. Windows has no such: there everything has what a fresh checkout has
/// on Linux, so that the hash is the same.
/// </summary>
internal static class UnixStatus
{
    public const int TypeMask = 0xF000;
    public const int Regular = 0x8000;
    public const int Directory = 0x4000;
    public const int Link = 0xA000;
    public const int Pipe = 0x1000;
    public const int Character = 0x2000;
    public const int Block = 0x6000;
    public const int Socket = 0xC000;
    public const int PermissionMask = 0b111_111_111_111;

    /// <summary>What ext4 says of a directory that is not very large.</summary>
    public const long DirectorySize = 4096;

    private const UnixFileMode FileMode = (UnixFileMode)0b110_100_100;
    private const UnixFileMode DirectoryMode = (UnixFileMode)0b111_101_101;
    private const UnixFileMode LinkMode = (UnixFileMode)0b111_111_111;

    /// <summary>The mode that something has in a fresh checkout on Linux.</summary>
    public static int UsualMode(ContextKind kind) => kind switch
    {
        ContextKind.Directory => Directory | (int)DirectoryMode,
        ContextKind.Link => Link | (int)LinkMode,
        _ => Regular | (int)FileMode,
    };

    /// <summary>The mode, as the system has it.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="permissions">What <see cref="FileSystemInfo.UnixFileMode"/> says.</param>
    /// <param name="special">Which kind of special file, one of the constants.</param>
    public static int Mode(ContextKind kind, UnixFileMode permissions, int special) => (int)permissions | kind switch
    {
        ContextKind.Directory => Directory,
        ContextKind.Link => Link,
        ContextKind.Special => special,
        _ => Regular,
    };
}

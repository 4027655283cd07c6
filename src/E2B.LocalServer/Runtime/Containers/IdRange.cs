using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Runtime;

/// <summary>The host's user and group ids that stand for 0 to 65535 in one sandbox, and in no other at the time.</summary>
public sealed class IdRange : IDisposable
{
    /// <summary>Ids in a range.</summary>
    public const uint Count = 65_536;

    private readonly FileStream _claim;

    internal IdRange(uint first, FileStream claim)
    {
        First = first;
        _claim = claim;
        MountMapping = Native.UserNamespace.ForMounts(first, Count);
        try
        {
            UserNamespace = Native.UserNamespace.ForProcesses(first, Count);
        }
        catch
        {
            MountMapping.Dispose();
            throw;
        }
    }

    /// <summary>The host's id for the sandbox's root.</summary>
    public uint First { get; }

    /// <summary>A user namespace with this mapping, for id-mapped mounts.</summary>
    internal SafeFileHandle MountMapping { get; }

    /// <summary>The user namespace that sandboxes with these ids run in.</summary>
    internal SafeFileHandle UserNamespace { get; }

    /// <summary>Where other programs of the host find <see cref="UserNamespace"/>.</summary>
    internal string UserNamespacePath => $"/proc/{Environment.ProcessId}/fd/{UserNamespace.DangerousGetHandle()}";

    /// <summary>Gives the range up for good.</summary>
    public void Dispose()
    {
        UserNamespace.Dispose();
        MountMapping.Dispose();
        _claim.Dispose();
    }
}

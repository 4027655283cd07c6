using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Runtime;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Images;

/// <summary>
/// Puts an image's layers on one another in a folder, owners as inside. The layers are not trusted: what they name is
/// looked for below the folder only (<see cref="RootFolder"/>), devices and pipes are left out, set-user-id bits and
/// extended attributes are dropped, and ids beyond those that a sandbox has become nobody's.
/// </summary>
internal sealed class LayerUnpacker(RootFolder root, UnpackBudget budget)
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    /// <summary>Below it are the agent's mounts.</summary>
    private const string AgentFolder = ".e2b";
    private const uint Nobody = 65_534;
    private const uint SetIdBits = 0xc00;
    private const uint SetGroupBit = 0x400;

    private readonly byte[] _buffer = new byte[128 * 1024];

    /// <summary>What the layer has put there so far: its deletions are for what lies below it alone.</summary>
    private HashSet<string> _ofLayer = [];

    /// <summary>Devices, pipes and the like that were left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Puts a layer, an archive that is not compressed any more, on what is there.</summary>
    /// <exception cref="InvalidDataException">It is damaged, too large, or has what cannot be made.</exception>
    public async Task ApplyAsync(Stream layer, CancellationToken cancellationToken)
    {
        _ofLayer = [];
        var tar = new TarStream(layer);
        while (await tar.NextAsync(cancellationToken) is { } entry)
        {
            budget.AddEntry();
            string path = Clean(entry.Name);
            if (path.Length == 0 || path == AgentFolder || path.StartsWith(AgentFolder + "/", StringComparison.Ordinal))
            {
                budget.AddBytes(entry.Size); // takes no room, but time: some KiB may stand for GiB
                continue;
            }

            try
            {
                await ApplyAsync(tar, entry, path, cancellationToken);
            }
            catch (UnixException e)
            {
                throw new InvalidDataException($"'{RootFolder.Text(path)}' cannot be made: {e.Message}", e);
            }
        }
    }

    private async Task ApplyAsync(TarStream tar, LayerEntry entry, string path, CancellationToken cancellationToken)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        string parent = RootFolder.Parent(path);
        if (name.StartsWith(Whiteout, StringComparison.Ordinal))
        {
            budget.AddBytes(entry.Size);
            if (name == OpaqueWhiteout)
            {
                RemoveBelow(parent, cancellationToken);
                return;
            }

            string gone = name[Whiteout.Length..];
            if (gone is not ("" or "." or ".."))
            {
                RemoveLower(parent.Length == 0 ? gone : parent + "/" + gone, cancellationToken);
            }

            return;
        }

        if (entry.Kind == LayerEntryKind.Other)
        {
            budget.AddBytes(entry.Size);
            LeftOut++;
            return;
        }

        root.MakeDirectories(parent);
        Remember(path);
        (uint user, uint group) = (Id(entry.User), Id(entry.Group));
        if (entry.Kind == LayerEntryKind.Directory)
        {
            MakeDirectory(path, user, group, entry.Mode, cancellationToken);
            return;
        }

        string? existing = entry.Kind == LayerEntryKind.HardLink ? Clean(entry.LinkName) : null;
        if (existing == path)
        {
            return;
        }

        root.Remove(path, cancellationToken);
        switch (entry.Kind)
        {
            case LayerEntryKind.File:
                await WriteAsync(tar, entry, path, user, group, cancellationToken);
                break;
            case LayerEntryKind.SymbolicLink:
                root.MakeSymbolicLink(path, entry.LinkName, user, group);
                break;
            default:
                root.MakeHardLink(path, existing!);
                break;
        }
    }

    private void MakeDirectory(string path, uint user, uint group, uint mode, CancellationToken cancellationToken)
    {
        if (root.Look(path) is not { IsDirectory: true })
        {
            root.Remove(path, cancellationToken);
            root.MakeDirectory(path);
        }

        // What a directory hands on to what is made in it stays; what a program would gain by its owner does not.
        root.SetDirectory(path, user, group, (UnixFileMode)(mode & ~(SetIdBits & ~SetGroupBit)));
    }

    private async Task WriteAsync(TarStream tar, LayerEntry entry, string path, uint user, uint group, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = root.CreateFile(path);
        long position = 0;
        int count;
        while ((count = await tar.ReadAsync(_buffer, cancellationToken)) > 0)
        {
            budget.AddBytes(count);
            await RandomAccess.WriteAsync(file, _buffer.AsMemory(0, count), position, cancellationToken);
            position += count;
        }

        RootFolder.SetOwner(file, path, user, group);
        File.SetUnixFileMode(file, (UnixFileMode)(entry.Mode & ~SetIdBits & 0xfff));
        File.SetLastWriteTimeUtc(file, Time(entry.ModifiedSeconds));
    }

    /// <summary>Removes what is at a path, but for what this very layer has put there.</summary>
    private void RemoveLower(string path, CancellationToken cancellationToken)
    {
        if (!_ofLayer.Contains(path))
        {
            root.Remove(path, cancellationToken);
        }
        else if (root.Look(path) is { IsDirectory: true })
        {
            RemoveBelow(path, cancellationToken);
        }
    }

    private void RemoveBelow(string directory, CancellationToken cancellationToken)
    {
        // Not through a link: below it is somebody else's.
        if (directory.Length > 0 && root.Look(directory) is not { IsDirectory: true })
        {
            return;
        }

        foreach (string name in root.Names(directory))
        {
            RemoveLower(directory.Length == 0 ? name : directory + "/" + name, cancellationToken);
        }
    }

    private void Remember(string path)
    {
        for (string above = path; above.Length > 0 && _ofLayer.Add(above); above = RootFolder.Parent(above))
        {
        }
    }

    /// <summary>A path without leading "/" and "." parts; the root is empty.</summary>
    private static string Clean(string name)
    {
        string[] parts = [.. name.Split('/').Where(part => part is not ("" or "."))];
        return parts.Contains("..")
            ? throw new InvalidDataException($"the name '{RootFolder.Text(name)}' leads out of the image")
            : parts.Any(part => part.Contains('\0', StringComparison.Ordinal))
                ? throw new InvalidDataException("a name contains a zero")
                : string.Join('/', parts);
    }

    private static uint Id(long id) => id is >= 0 and < IdRange.Count ? (uint)id : Nobody;

    private static DateTime Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, uint.MaxValue)).UtcDateTime;
}

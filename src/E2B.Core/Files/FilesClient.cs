namespace E2B;

/// <summary>Files and directories in a sandbox.</summary>
public sealed class FilesClient
{
    private readonly Sandbox _sandbox;

    internal FilesClient(Sandbox sandbox) => _sandbox = sandbox;

    /// <summary>Opens a file for reading.</summary>
    public Task<Stream> OpenReadAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException(_sandbox.SandboxId);

    /// <summary>Reads a file as UTF-8 text.</summary>
    public Task<string> ReadTextAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Reads a file's bytes.</summary>
    public Task<byte[]> ReadBytesAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Writes a file from a stream.</summary>
    public Task<SandboxEntry> WriteAsync(string path, Stream content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Writes a file from bytes.</summary>
    public Task<SandboxEntry> WriteAsync(string path, ReadOnlyMemory<byte> content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Writes a file from text, as UTF-8.</summary>
    public Task<SandboxEntry> WriteTextAsync(string path, string content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>What an entry is.</summary>
    public Task<SandboxEntry> GetInfoAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Lists a directory.</summary>
    public Task<IReadOnlyList<SandboxEntry>> ListAsync(string path, int depth = 1, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Whether there is an entry at a path.</summary>
    public Task<bool> ExistsAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Makes a directory and its parents. False when it was there already.</summary>
    public Task<bool> MakeDirectoryAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Moves or renames an entry.</summary>
    public Task<SandboxEntry> MoveAsync(string source, string destination, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Removes an entry, a directory with all it holds.</summary>
    public Task RemoveAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();
}

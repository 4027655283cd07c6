namespace E2B.PowerShell.Writing;

/// <summary>How a file is written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Options">As whom, with what metadata.</param>
/// <param name="Append">After what is there, instead of in its place.</param>
/// <param name="Mark">What a new text begins with; empty for most encodings.</param>
internal sealed record WriteForm(string Path, SandboxFileOptions Options, bool Append, byte[] Mark);

using System.Net;
using System.Text.Json;
using E2B.Protocol;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <content>Pausing sandboxes, and connecting to them, which resumes paused ones.</content>
public sealed partial class SandboxOperations
{
    /// <summary>Connects to a sandbox; one that is paused is resumed.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="timeout">How long it lives from now on at least (a running one's lifetime is never shortened); <see langword="null"/> means 300 s.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    public Task<Sandbox> ConnectAsync(string sandboxId, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        ResumeAsync(sandboxId, timeout, keepMemory: true, cancellationToken);

    /// <summary>Connects to a sandbox as <see cref="ConnectAsync"/> does, with a choice of how a paused one comes back. <see cref="Sandbox.ResumedFrom"/> tells how it did.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="timeout">How long it lives from now on at least (a running one's lifetime is never shortened); <see langword="null"/> means 300 s.</param>
    /// <param name="keepMemory"><see langword="false"/> starts a paused sandbox anew from its files, also where its memory is there. A running one stays as it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    public async Task<Sandbox> ResumeAsync(
        string sandboxId, TimeSpan? timeout = null, bool keepMemory = true, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        if (_client.Connection.Debug)
        {
            return Attach(sandboxId, new SandboxAccess { EnvdVersion = DaemonVersion.Newest });
        }

        (SandboxModel model, SandboxResumption resumption) = await SendConnectAsync(sandboxId, timeout, keepMemory, cancellationToken).ConfigureAwait(false);
        Sandbox sandbox = Attach(sandboxId, SandboxModels.ToAccess(model));
        sandbox.NoteConnected(resumption, timeout);
        return sandbox;
    }

    /// <summary>Pauses a sandbox: it stops where it is and is kept, until it is connected to or killed.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="keepMemory"><see langword="false"/> keeps the files alone: processes and memory are let go, and the sandbox starts anew when it is resumed.</param>
    /// <param name="cancellationToken">Gives up. Whether the sandbox is paused then is not known.</param>
    /// <returns><see langword="false"/> when it was paused already; then it stays as it is.</returns>
    /// <exception cref="SandboxNotFoundException">There is no such sandbox.</exception>
    /// <exception cref="E2BConflictException">Something else is being done with it, such as a snapshot.</exception>
    public async Task<bool> PauseAsync(string sandboxId, bool keepMemory = true, CancellationToken cancellationToken = default)
    {
        RequireId(sandboxId);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new PauseRequest(keepMemory ? null : false), RestJson.Default.PauseRequest);
        try
        {
            await _plane.SendAsync(About(sandboxId, HttpMethod.Post, "/pause", "pause", Repeat.Safe, body), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (E2BConflictException)
        {
            // The same status says that it is paused already, and that something else is under way.
            if ((await GetAsync(sandboxId, cancellationToken).ConfigureAwait(false)).State == SandboxState.Running)
            {
                throw;
            }

            return false;
        }
    }

    internal static RestCall ConnectCall(string sandboxId, TimeSpan? timeout, bool keepMemory = true) => About(
        sandboxId,
        HttpMethod.Post,
        "/connect",
        "connect to",
        Repeat.Safe,
        JsonSerializer.SerializeToUtf8Bytes(new ConnectRequest(SandboxModels.ToSeconds(timeout), keepMemory ? null : false), RestJson.Default.ConnectRequest));

    /// <summary>Connects, and tells what came of it.</summary>
    internal async Task<(SandboxModel Model, SandboxResumption Resumption)> SendConnectAsync(
        string sandboxId, TimeSpan? timeout, bool keepMemory, CancellationToken cancellationToken)
    {
        (SandboxModel model, HttpStatusCode status, string? from) = await _plane.SendAsync(
            ConnectCall(sandboxId, timeout, keepMemory), RestJson.Default.SandboxModel, E2BHeaders.ResumedFrom, cancellationToken).ConfigureAwait(false);
        return (model, (status, from) switch
        {
            (_, "memory") => SandboxResumption.Memory,
            (_, "files") => SandboxResumption.Files,
            (HttpStatusCode.Created, _) => keepMemory ? SandboxResumption.Unknown : SandboxResumption.Files,
            _ => SandboxResumption.None,
        });
    }

    /// <summary>Whether a sandbox is there and paused, for the words of an error: where that cannot be told, it is not.</summary>
    internal async Task<bool> IsPausedAsync(string sandboxId, CancellationToken cancellationToken)
    {
        try
        {
            return (await GetAsync(sandboxId, cancellationToken).ConfigureAwait(false)).State == SandboxState.Paused;
        }
        catch (E2BException)
        {
            return false;
        }
    }
}

using System.Runtime.CompilerServices;
using E2B.Code.Wire;

namespace E2B;

/// <summary>The code interpreter of a sandbox: runs code in kernels that keep their state, and hands out what the code shows.</summary>
/// <remarks>
/// The sandbox has to be of a template with a code interpreter, <c>code-interpreter-v1</c> for one. Every method can throw
/// <see cref="CodeInterpreterNotFoundException"/> where it has none, <see cref="E2BAuthenticationException"/>,
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed class CodeClient
{
    /// <summary>The port on which a code interpreter listens in its sandbox.</summary>
    public const int Port = 49999;

    /// <summary>The template with a code interpreter.</summary>
    public const string Template = "code-interpreter-v1";

    /// <summary>How long code runs unless an option says otherwise: 300 s, as in the official Python SDK.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(300);

    private readonly Sandbox _sandbox;

    internal CodeClient(Sandbox sandbox) => _sandbox = sandbox;

    private CodeService Service => new(_sandbox);

    /// <summary>Runs code and hands out what it brings, as it comes.</summary>
    /// <param name="code">The code, in the language of its context.</param>
    /// <param name="options">Where and how to run it.</param>
    /// <param name="cancellationToken">Gives up, which interrupts the code in its kernel; so does leaving the enumeration early.</param>
    /// <returns>
    /// Output, results, the error and the execution count. That the code failed is an event and no exception. Nothing
    /// is kept: however much comes, the memory is that of the largest single event.
    /// </returns>
    /// <exception cref="CodeContextNotFoundException">There is no such context.</exception>
    /// <exception cref="E2BTimeoutException">The code ran longer than its timeout, <see cref="E2BTimeoutKind.Code"/>; it was interrupted.</exception>
    /// <exception cref="E2BProtocolException">The answer ended before the code did: the code interpreter itself ended.</exception>
    /// <exception cref="E2BInvalidArgumentException">An option cannot be.</exception>
    public async IAsyncEnumerable<CodeEvent> StreamAsync(
        string code, CodeRunOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        CodeRun run = await CodeRun.StartAsync(_sandbox, Service, code, options ?? new CodeRunOptions(), cancellationToken).ConfigureAwait(false);
        using (run)
        {
            while (await run.ReadAsync().ConfigureAwait(false) is { } brought)
            {
                yield return brought;
            }
        }
    }

    /// <summary>Runs code to its end.</summary>
    /// <param name="code">The code, in the language of its context.</param>
    /// <param name="options">Where and how to run it.</param>
    /// <param name="cancellationToken">Gives up, which interrupts the code in its kernel.</param>
    /// <returns>All that it brought. That the code failed is in <see cref="CodeExecution.Error"/>: no exception.</returns>
    /// <exception cref="CodeContextNotFoundException">There is no such context.</exception>
    /// <exception cref="E2BTimeoutException">The code ran longer than its timeout, <see cref="E2BTimeoutKind.Code"/>; it was interrupted.</exception>
    /// <exception cref="E2BProtocolException">The answer ended before the code did: the code interpreter itself ended.</exception>
    /// <exception cref="E2BInvalidArgumentException">An option cannot be.</exception>
    public async Task<CodeExecution> RunAsync(string code, CodeRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        var collected = new CodeExecutionBuilder(_sandbox.SandboxId);
        await foreach (CodeEvent brought in StreamAsync(code, options, cancellationToken).ConfigureAwait(false))
        {
            collected.Add(brought);
        }

        return collected.Build();
    }

    /// <summary>Makes a context: a kernel of its own, with its own variables and working directory.</summary>
    /// <param name="options">Language and working directory; Python and <c>/home/user</c> without them.</param>
    /// <param name="cancellationToken">Gives up. A context may have been made then.</param>
    /// <exception cref="E2BException">The language is unknown, its kernel does not start, or the working directory is not there.</exception>
    public async Task<CodeContext> CreateContextAsync(CodeContextOptions? options = null, CancellationToken cancellationToken = default) =>
        new(_sandbox, await Service.CreateContextAsync(options ?? new CodeContextOptions(), cancellationToken).ConfigureAwait(false));

    /// <summary>Lists the contexts, those included that the code interpreter makes for each language by itself.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<CodeContext>> ListContextsAsync(CancellationToken cancellationToken = default) =>
        (await Service.ListContextsAsync(cancellationToken).ConfigureAwait(false)).Select(model => new CodeContext(_sandbox, model)).ToArray();

    /// <summary>Ends a context and its kernel, with all it holds.</summary>
    /// <param name="contextId">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when there is no such context.</returns>
    public async Task<bool> RemoveContextAsync(string contextId, CancellationToken cancellationToken = default)
    {
        try
        {
            await Service.RemoveContextAsync(Require(contextId), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CodeContextNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Starts a context's kernel anew: its variables are gone, its id and working directory stay.</summary>
    /// <param name="contextId">Its id.</param>
    /// <param name="cancellationToken">Gives up. It may have been restarted then.</param>
    /// <exception cref="CodeContextNotFoundException">There is no such context.</exception>
    public Task RestartContextAsync(string contextId, CancellationToken cancellationToken = default) =>
        Service.RestartContextAsync(Require(contextId), cancellationToken);

    private static string Require(string contextId) => string.IsNullOrWhiteSpace(contextId)
        ? throw new E2BInvalidArgumentException("The context's id is empty.")
        : contextId;
}

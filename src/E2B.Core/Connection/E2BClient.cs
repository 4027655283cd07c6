using System.Runtime.CompilerServices;
using E2B.Diagnosis;
using E2B.Transport;

namespace E2B;

/// <summary>The way to E2B: one for each account or server, to be kept and shared. All its members may be used by several threads at once.</summary>
/// <remarks>Sandboxes that came from a client use its connections: dispose of it when they are no longer used.</remarks>
public sealed class E2BClient : IDisposable
{
    private readonly bool _ownsTransport;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <param name="options">How to reach E2B; what is left out comes from the environment.</param>
    /// <exception cref="E2BAuthenticationException">The API key is malformed.</exception>
    /// <exception cref="E2BInvalidArgumentException">An option or environment variable is malformed.</exception>
    public E2BClient(E2BConnectionOptions? options = null)
        : this(E2BConnection.Resolve(options ?? new E2BConnectionOptions()))
    {
    }

    /// <summary>Makes a client of a connection that was resolved before.</summary>
    /// <param name="connection">How to reach E2B.</param>
    public E2BClient(E2BConnection connection)
        : this(connection ?? throw new ArgumentNullException(nameof(connection)), new HttpTransport(connection), ownsTransport: true)
    {
    }

    private E2BClient(E2BConnection connection, HttpTransport transport, bool ownsTransport)
    {
        Connection = connection;
        Transport = transport;
        _ownsTransport = ownsTransport;
        Sandboxes = new SandboxOperations(this);
        Snapshots = new SnapshotOperations(this);
        Templates = new TemplateOperations(this);
        Account = new AccountOperations(this);
    }

    /// <summary>How E2B is reached.</summary>
    public E2BConnection Connection { get; }

    /// <summary>What the control plane does with sandboxes.</summary>
    public SandboxOperations Sandboxes { get; }

    /// <summary>Snapshots of sandboxes.</summary>
    public SnapshotOperations Snapshots { get; }

    /// <summary>Templates: building and managing them.</summary>
    public TemplateOperations Templates { get; }

    /// <summary>What an account's access token is for.</summary>
    public AccountOperations Account { get; }

    internal HttpTransport Transport { get; }

    /// <summary>The same client with another request timeout. It shares this one's connections: disposing of it does nothing.</summary>
    /// <param name="requestTimeout">How long a request may take; zero for no limit.</param>
    public E2BClient WithRequestTimeout(TimeSpan requestTimeout) =>
        new(Connection.WithRequestTimeout(requestTimeout), Transport, ownsTransport: false);

    /// <summary>Looks at everything between this machine and E2B, one check after another. A check that fails is a result and no exception.</summary>
    /// <param name="limit">How long each check may take; zero for no limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<ConnectionCheck> DiagnoseAsync(
        TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var doctor = new ConnectionDoctor(this, limit);
        await foreach (ConnectionCheck check in doctor.RunAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return check;
        }
    }

    /// <summary>Closes the connections. What still runs over them fails; what runs in sandboxes goes on there.</summary>
    public void Dispose()
    {
        if (_ownsTransport)
        {
            Transport.Dispose();
        }
    }
}

namespace E2B.LocalServer.ControlPlane;

/// <summary>The last 100 sandboxes that have ended, for what is still asked of them: their logs and measurements.</summary>
internal sealed class PastSandboxes
{
    private const int Most = 100;
    private readonly Dictionary<string, Sandbox> _byId = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public void Add(Sandbox sandbox)
    {
        lock (_byId)
        {
            _byId[sandbox.Id] = sandbox;
            _order.Enqueue(sandbox.Id);
            if (_order.Count > Most)
            {
                _byId.Remove(_order.Dequeue());
            }
        }
    }

    public Sandbox? Find(string id)
    {
        lock (_byId)
        {
            return _byId.GetValueOrDefault(id);
        }
    }
}

# A connection that can be cut. Dot-source it in BeforeAll.

# A proxy that passes everything on. Its Cut closes all connections that there are at the moment.
Add-Type -TypeDefinition @'
    using System;
    using System.Collections.Generic;
    using System.Net;
    using System.Net.Sockets;
    using System.Threading.Tasks;
    public sealed class CuttingProxy : IDisposable
    {
        private readonly TcpListener _listener = new TcpListener(IPAddress.Loopback, 0);
        private readonly List<TcpClient> _open = new List<TcpClient>();
        private readonly int _port;
        public CuttingProxy(int port) { _port = port; _listener.Start(); _ = AcceptAsync(); }
        public string Url => "http://127.0.0.1:" + ((IPEndPoint)_listener.LocalEndpoint).Port;
        public bool Refuses { get; set; }
        public int Refused { get; private set; }
        public void Cut()
        {
            lock (_open) { foreach (TcpClient one in _open) { one.Close(); } _open.Clear(); }
        }
        public void Dispose() { _listener.Stop(); Cut(); }
        private async Task AcceptAsync()
        {
            while (true)
            {
                TcpClient near;
                try { near = await _listener.AcceptTcpClientAsync(); } catch (Exception) { return; }
                if (Refuses) { Refused++; near.Close(); continue; }
                var far = new TcpClient("127.0.0.1", _port);
                lock (_open) { _open.Add(near); _open.Add(far); }
                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        private static async Task PassAsync(TcpClient from, TcpClient to)
        {
            try { await from.GetStream().CopyToAsync(to.GetStream()); } catch (Exception) { }
            from.Close();
            to.Close();
        }
    }
'@

# A service that has nothing but one list, and counts what is asked. Dot-source it in BeforeAll.

# Answers every list with pages of three, and keeps what was asked. In the JSON of an item, # stands for its number.
Add-Type -TypeDefinition @'
    using System;
    using System.Collections.Concurrent;
    using System.Linq;
    using System.Net;
    using System.Text;
    using System.Threading.Tasks;
    public sealed class ListPages : IDisposable
    {
        private readonly HttpListener _listener = new HttpListener();
        private readonly int _count;
        private readonly string _item;
        public ListPages(int count, string item)
        {
            _count = count;
            _item = item;
            var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Url = "http://127.0.0.1:" + ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            _listener.Prefixes.Add(Url + "/");
            _listener.Start();
            _ = ServeAsync();
        }
        public string Url { get; }
        public ConcurrentQueue<string> Asked { get; } = new ConcurrentQueue<string>();
        public void Dispose() { _listener.Close(); }
        private async Task ServeAsync()
        {
            while (true)
            {
                HttpListenerContext context;
                try { context = await _listener.GetContextAsync(); } catch (Exception) { return; }
                Asked.Enqueue(context.Request.RawUrl);
                int from = int.Parse(context.Request.QueryString["nextToken"] ?? "0");
                int to = Math.Min(from + 3, _count);
                if (to < _count) { context.Response.Headers["X-Next-Token"] = to.ToString(); }
                string json = "[" + string.Join(",", Enumerable.Range(from, to - from).Select(i => _item.Replace("#", i.ToString()))) + "]";
                byte[] bytes = Encoding.UTF8.GetBytes(json);
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(bytes, 0, bytes.Length);
                context.Response.Close();
            }
        }
    }
'@

# A connection to it.
function Connect-Page([ListPages] $Pages) {
    Connect-E2B $env:E2B_API_KEY -ApiUrl $Pages.Url -SandboxUrl $env:E2B_SANDBOX_URL -PassThru
    Disconnect-E2B
}

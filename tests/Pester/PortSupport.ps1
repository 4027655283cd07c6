# What the tests of ports share. Dot-source it in BeforeAll.

if (-not ('E2BTests.Peer' -as [type])) {
    Add-Type -TypeDefinition @'
namespace E2BTests
{
    using System;
    using System.IO;
    using System.Linq;
    using System.Net.Sockets;
    using System.Threading.Tasks;

    // Programs on this machine that use a tunnel, as they would use any TCP server.
    public static class Peer
    {
        public static TcpClient Connect(int port)
        {
            var client = new TcpClient("127.0.0.1", port) { NoDelay = true };
            client.ReceiveTimeout = 60000;
            client.SendTimeout = 60000;
            return client;
        }

        // Sends so many random bytes to something that sends back what it gets, ends its own direction when told to, and
        // says whether the same came back and then the end.
        public static bool Echo(int port, int length)
        {
            byte[] data = new byte[length];
            Random.Shared.NextBytes(data);
            using var client = Connect(port);

            // A socket that was told to end one direction gives out no stream any more.
            using var stream = client.GetStream();
            Task sending = Task.Run(() => { client.Client.Send(data); client.Client.Shutdown(SocketShutdown.Send); });
            using var back = new MemoryStream();
            stream.CopyTo(back);
            sending.Wait();
            return back.Length == length && back.GetBuffer().AsSpan(0, length).SequenceEqual(data);
        }

        public static bool[] Echo(int port, int length, int times) =>
            Task.WhenAll(Enumerable.Range(0, times).Select(_ => Task.Factory.StartNew(() => Echo(port, length), TaskCreationOptions.LongRunning))).Result;

        // The same for a new one. A reset can be quicker than the word that there is a connection.
        public static string EndOfNew(int port)
        {
            try
            {
                using var client = Connect(port);
                return EndOf(client);
            }
            catch (SocketException e) { return e.SocketErrorCode.ToString(); }
        }

        // How a connection ends, seen from here: by an end, or broken.
        public static string EndOf(TcpClient client)
        {
            try
            {
                byte[] dropped = new byte[65536];
                while (client.Client.Receive(dropped) > 0) { }
                return "end";
            }
            catch (SocketException e) { return e.SocketErrorCode.ToString(); }
        }
    }
}
'@
}

# A program in the sandbox that sends back what it gets; it writes a line into /tmp/ends for each connection that ends.
$echo = @'
import socket, sys, threading
def serve(c):
    how = 'end'
    try:
        while True:
            b = c.recv(65536)
            if not b: break
            c.sendall(b)
        c.shutdown(socket.SHUT_WR)
    except OSError as e:
        how = type(e).__name__
    with open('/tmp/ends', 'a') as f: f.write(how + '\n')
    c.close()
s = socket.socket(socket.AF_INET6 if sys.argv[2] == '::1' else socket.AF_INET); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[2], int(sys.argv[1]))); s.listen(200)
while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
'@

function Open-Echo([E2B.Sandbox] $Sandbox, [int] $Port, [string] $Address = '127.0.0.1') {
    Start-E2BProcess $Sandbox -FilePath python3 -ArgumentList '-c', $echo, $Port, $Address
    $null = Wait-E2BSandbox $Sandbox -Port $Port -TimeoutSec 30 -ErrorAction Stop
}

# How many relays of tunnels run in a sandbox, seen from there by the user whose they are.
function Get-RelayCount([E2B.Sandbox] $Sandbox) {
    [int](Invoke-E2BCommand $Sandbox 'grep -lz E2B_RELAY_PERL= /proc/[0-9]*/environ 2>/dev/null | wc -l' -ErrorAction Stop)
}

# The control plane, for what has no cmdlet.
function Invoke-Api([string] $Method, [string] $Path, $Body = @{}) {
    Invoke-RestMethod "$("$env:E2B_API_URL".TrimEnd('/'))$Path" -Method $Method -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY } -ContentType 'application/json' -Body ($Body | ConvertTo-Json -Depth 5)
}

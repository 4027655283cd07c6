BeforeAll {
    # A control plane that refuses every third create, and passes everything else on.
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    Set-Content "$TestDrive/refusing.py" @'
import http.client, itertools, sys, threading, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
port, upstream = int(sys.argv[1]), urllib.parse.urlsplit(sys.argv[2])
creates, lock = itertools.count(1), threading.Lock()

class Refusing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer, kind = 400, b'{"code":400,"message":"no more of these"}', "application/json"
        with lock:
            refused = self.command == "POST" and self.path == "/sandboxes" and next(creates) % 3 == 0
        if not refused:
            connection = http.client.HTTPConnection(upstream.netloc)
            connection.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")})
            response = connection.getresponse()
            status, answer, kind = response.status, response.read(), response.getheader("Content-Type")
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = pass_on

ThreadingHTTPServer(("127.0.0.1", port), Refusing).serve_forever()
'@
    . "$PSScriptRoot/Support.ps1"
    $proxy = Start-Process /usr/bin/python3 "$TestDrive/refusing.py", $port, $env:E2B_API_URL -PassThru -RedirectStandardError "$TestDrive/refusing.log"
    Wait-Until { try { [Net.Sockets.TcpClient]::new('127.0.0.1', $port).Dispose(); $true } catch { $false } }
    $refusing = Connect-E2B -ApiUrl "http://127.0.0.1:$port" -SandboxUrl $env:E2B_SANDBOX_URL -ApiKey $env:E2B_API_KEY -PassThru
    Disconnect-E2B
}
AfterAll { Stop-Process -Id $proxy.Id }

Describe 'New-E2BSandbox -Count' {
    It 'makes several at once' {
        $made = New-E2BSandbox -Count 4 -Metadata @{ pool = 'one' }
        try {
            $made.Count | Should -Be 4
            ($made.SandboxId | Sort-Object -Unique).Count | Should -Be 4
            @(Get-E2BSandbox -Metadata @{ pool = 'one' }).Count | Should -Be 4
            @(Get-E2BSandbox -Managed | Where-Object SandboxId -In $made.SandboxId).Count | Should -Be 4
            $made | Invoke-E2BCommand 'echo up' | ForEach-Object { "$_" } | Should -BeExactly @('up', 'up', 'up', 'up')
        }
        finally { $made | Remove-E2BSandbox }
    }

    It 'leaves none when one cannot be made' {
        New-E2BSandbox -Count 4 -Metadata @{ pool = 'two' } -Connection $refusing -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'E2BInvalidArgument,*'
        "$($failed[0])" | Should -Match 'no more of these.*None of the 4 was left'
        Get-E2BSandbox -Metadata @{ pool = 'two' } | Should -BeNullOrEmpty
    }

    It 'keeps those that can be made with -AllowPartial' {
        $made = @(New-E2BSandbox -Count 6 -ThrottleLimit 2 -AllowPartial -Metadata @{ pool = 'three' } -Connection $refusing -ErrorVariable failed -ErrorAction SilentlyContinue)
        try {
            $made.Count | Should -Be 4
            $failed.Count | Should -Be 2
            @(Get-E2BSandbox -Metadata @{ pool = 'three' }).SandboxId | Sort-Object | Should -BeExactly @($made.SandboxId | Sort-Object)
        }
        finally { $made | Remove-E2BSandbox }
    }

    It 'manages all of them where the pipeline takes but one, or an error ends it' {
        try {
            $one = New-E2BSandbox -Count 3 -Metadata @{ pool = 'five' } | Select-Object -First 1
            $one.SandboxId | Should -Not -BeNullOrEmpty
            { New-E2BSandbox -Count 3 -AllowPartial -Metadata @{ pool = 'five' } -Connection $refusing -ErrorAction Stop } | Should -Throw '*no more of these*'

            $there = @(Get-E2BSandbox -Metadata @{ pool = 'five' }).SandboxId | Sort-Object
            $there.Count | Should -Be 5
            @(Get-E2BSandbox -Managed | Where-Object SandboxId -In $there).SandboxId | Sort-Object | Should -BeExactly $there
        }
        finally { Get-E2BSandbox -Metadata @{ pool = 'five' } | Remove-E2BSandbox }
    }

    It 'refuses what cannot be' {
        { New-E2BSandbox -Count 2 -AsDefault } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -Count 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        New-E2BSandbox -Count 3 -Metadata @{ pool = 'four' } -WhatIf
        Get-E2BSandbox -Metadata @{ pool = 'four' } | Should -BeNullOrEmpty
    }
}

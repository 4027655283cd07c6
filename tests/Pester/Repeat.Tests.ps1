# Requests that fail on their way to the real server: what is repeated, what -Verbose tells, and that no sandbox is leaked or doubled.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # A server between the module and the real one that does to each create what the next fault says.
    Add-Type -TypeDefinition @'
        using System;
        using System.Collections.Concurrent;
        using System.Net;
        using System.Net.Http;
        using System.Threading.Tasks;
        public sealed class CreateSpoiler : IDisposable
        {
            private readonly HttpListener _listener = new HttpListener();
            private readonly HttpClient _client = new HttpClient();
            private readonly string _target;
            public CreateSpoiler(string target)
            {
                _target = target.TrimEnd('/');
                var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
                probe.Start();
                Url = "http://127.0.0.1:" + ((IPEndPoint)probe.LocalEndpoint).Port;
                probe.Stop();
                _listener.Prefixes.Add(Url + "/");
                _listener.Start();
                _ = ServeAsync();
            }
            public string Url { get; }
            public ConcurrentQueue<string> Faults { get; } = new ConcurrentQueue<string>();
            public ConcurrentQueue<string> Seen { get; } = new ConcurrentQueue<string>();
            public int Late { get; set; } = 3000;
            public void Dispose() { _listener.Close(); _client.Dispose(); }
            private async Task ServeAsync()
            {
                while (true)
                {
                    HttpListenerContext context;
                    try { context = await _listener.GetContextAsync(); } catch (Exception) { return; }
                    _ = AnswerAsync(context);
                }
            }
            private async Task AnswerAsync(HttpListenerContext context)
            {
                try
                {
                    Seen.Enqueue(context.Request.HttpMethod + " " + context.Request.Url.AbsolutePath);
                    string fault = null;
                    if (context.Request.HttpMethod != "DELETE" && !context.Request.Url.AbsolutePath.EndsWith("/connect")) { Faults.TryDequeue(out fault); }
                    string[] words = (fault ?? "pass").Split(' ');
                    if (words[0] == "refuse")
                    {
                        if (words.Length > 2) { context.Response.Headers["Retry-After"] = words[2] == "date" ? DateTime.UtcNow.AddSeconds(1).ToString("R") : words[2]; }
                        context.Response.StatusCode = int.Parse(words[1]);
                        context.Response.Close();
                        return;
                    }
                    if (fault == "reset before") { context.Response.Abort(); return; }
                    var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), _target + context.Request.RawUrl);
                    if (context.Request.HasEntityBody)
                    {
                        var body = new System.IO.MemoryStream();
                        await context.Request.InputStream.CopyToAsync(body);
                        request.Content = new ByteArrayContent(body.ToArray());
                        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
                    }
                    request.Headers.TryAddWithoutValidation("X-API-KEY", context.Request.Headers["X-API-KEY"]);
                    HttpResponseMessage answer = await _client.SendAsync(request);
                    byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
                    if (fault == "reset after") { context.Response.Abort(); return; }
                    if (fault == "late") { await Task.Delay(Late); }
                    context.Response.StatusCode = words[0] == "instead" ? int.Parse(words[1]) : (int)answer.StatusCode;
                    context.Response.ContentType = "application/json";
                    if (context.Response.StatusCode != 204) { context.Response.ContentLength64 = bytes.Length; await context.Response.OutputStream.WriteAsync(bytes, 0, bytes.Length); }
                    context.Response.Close();
                }
                catch (Exception) { try { context.Response.Abort(); } catch (Exception) { } }
            }
        }
'@
    $direct = Get-E2BConnection
    $spoiler = [CreateSpoiler]::new($env:E2B_API_URL)
    $connection = Connect-E2B $env:E2B_API_KEY -ApiUrl $spoiler.Url -SandboxUrl $env:E2B_SANDBOX_URL -RequestTimeoutSec 2 -PassThru
    Disconnect-E2B
}

AfterAll {
    Get-E2BSandbox -Metadata @{ suite = 'repeat' } | Remove-E2BSandbox
    $spoiler.Dispose()
}

Describe 'A request that fails on its way' {
    BeforeEach {
        $spoiler.Faults.Clear()
        $spoiler.Seen.Clear()
    }

    It 'is repeated after the time that the service asks for, and -Verbose tells: Retry-After <_>' -ForEach '1', 'date' {
        $spoiler.Faults.Enqueue("refuse 429 $_")
        $told = Get-E2BSandbox -Connection $connection -Metadata @{ suite = 'none' } -Verbose 4>&1
        $told.Message | Should -BeLike 'GET */v2/sandboxes: HTTP 429, Retry-After *; attempt 2 in * s.'
        $spoiler.Seen.Count | Should -Be 2
    }

    It 'is told of by jobs and by several workers too' {
        $sandbox = New-E2BSandbox -Connection $connection -Metadata @{ suite = 'repeat' }
        $told = Remove-E2BSandbox $sandbox -Verbose 4>&1
        $told.Message | Should -Not -BeLike '*attempt*'
        $broken = Connect-E2B $env:E2B_API_KEY -ApiUrl http://127.0.0.1:1 -PassThru
        Disconnect-E2B
        $told = Remove-E2BSandbox one, two -Connection $broken -Verbose -ErrorAction SilentlyContinue 4>&1
        @($told.Message -like 'DELETE http://127.0.0.1:1/sandboxes/*: no connection; attempt * in * s.').Count | Should -Be 4
    }

    It 'is not told of without -Verbose' {
        $spoiler.Faults.Enqueue('refuse 503 0')
        Get-E2BSandbox -Connection $connection -Metadata @{ suite = 'none' } 4>&1 | Should -BeNullOrEmpty
        $spoiler.Seen.Count | Should -Be 2
    }
}

Describe 'A create that fails on its way' {
    It 'leaves one sandbox that its caller has, or none: counted on the server' {
        # The fault of each create, and whether a sandbox comes of it.
        $tries = [ordered]@{
            'refuse 429 0' = $true; 'refuse 429 date' = $true; 'refuse 429' = $true; 'reset before' = $false; 'reset after' = $true
            'refuse 502' = $false; 'instead 502' = $true; 'refuse 503 0' = $false; 'instead 503' = $true; 'instead 500' = $true; 'late' = $true
        }
        $had = foreach ($fault in $tries.Keys) {
            $spoiler.Faults.Clear()
            $spoiler.Faults.Enqueue($fault)
            New-E2BSandbox -Connection $connection -Metadata @{ suite = 'repeat'; fault = $fault } -ErrorAction SilentlyContinue -ErrorVariable problem
            [bool] $problem | Should -Be (-not $tries[$fault]) -Because "$fault is an error or not"
        }

        $there = Get-E2BSandbox -Metadata @{ suite = 'repeat' }
        $there.SandboxId | Sort-Object | Should -Be ($had.SandboxId | Sort-Object)
        $there | ForEach-Object { $_.Metadata.fault } | Sort-Object | Should -Be @($tries.Keys | Where-Object { $tries[$_] } | Sort-Object)
        $there | ForEach-Object { $_.Metadata.Keys | Sort-Object } | Sort-Object -Unique | Should -Be @('fault', 'suite') -Because 'the mark of the request is not shown'
        Invoke-E2BCommand $had[-1] 'echo usable' | Should -Be 'usable'
        $there | Remove-E2BSandbox
    }

    It 'is known to the server by a mark, which other clients see' {
        $sandbox = New-E2BSandbox -Metadata @{ suite = 'repeat' }
        $seen = Invoke-RestMethod "$($direct.ApiUrl)sandboxes/$($sandbox.SandboxId)" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
        $seen.metadata.'e2b-dotnet-request-id' | Should -Match '^[0-9a-f]{32}$'
        Remove-E2BSandbox $sandbox
    }
}

Describe 'A copy or a snapshot that fails on its way' {
    BeforeAll {
        $patient = Connect-E2B $env:E2B_API_KEY -ApiUrl $spoiler.Url -SandboxUrl $env:E2B_SANDBOX_URL -PassThru
        Disconnect-E2B
        $spoiler.Faults.Clear()
        $original = New-E2BSandbox -Connection $patient -Metadata @{ suite = 'repeat-copy' } -TimeoutSec 1200
    }
    AfterEach {
        $spoiler.Faults.Clear()
        Get-E2BSandbox -Metadata @{ suite = 'repeat-copy' } | Where-Object SandboxId -ne $original.SandboxId | Remove-E2BSandbox
        Get-E2BSnapshot $original | Remove-E2BSnapshot -Force
    }
    AfterAll {
        Get-E2BSandbox -Metadata @{ suite = 'repeat-copy' } | Remove-E2BSandbox
        Get-E2BSnapshot | Remove-E2BSnapshot -Force
    }

    It 'is not made twice: <Fault>' -ForEach @(
        @{ Fault = 'refuse 429 0'; Made = 1; Expected = $null }
        @{ Fault = 'refuse 429 date'; Made = 1; Expected = $null }
        # HttpListener makes an empty answer of a connection that it breaks off before it has sent anything.
        @{ Fault = 'reset before'; Made = 0; Expected = 'E2BProtocolError' }
        @{ Fault = 'reset after'; Made = 1; Expected = 'E2BProtocolError' }
        @{ Fault = 'refuse 502'; Made = 0; Expected = 'E2BUnreachable' }
        @{ Fault = 'instead 502'; Made = 1; Expected = 'E2BUnreachable' }
        @{ Fault = 'instead 500'; Made = 1; Expected = 'E2BServiceError' }
        @{ Fault = 'late'; Made = 1; Expected = 'E2BRequestTimeout' }
    ) {
        # Less than the answer takes where it is to come too late.
        $limit = $Fault -eq 'late' ? @{ RequestTimeoutSec = 2 } : @{}
        $spoiler.Faults.Enqueue($Fault)
        $copy = Copy-E2BSandbox $original @limit -ErrorAction SilentlyContinue -ErrorVariable problem
        if ($Expected) {
            $problem.FullyQualifiedErrorId | Should -BeLike "$Expected,*"
            "$problem" | Should -BeLike "*A fork of $original may run all the same*"
        }
        else { $copy | Should -HaveCount 1 }
        Wait-Until { @(Get-E2BSandbox -Metadata @{ suite = 'repeat-copy' }).Count -eq 1 + $Made }

        $spoiler.Faults.Enqueue($Fault)
        $snapshot = New-E2BSnapshot $original @limit -ErrorAction SilentlyContinue -ErrorVariable problem
        if ($Expected) {
            $problem.FullyQualifiedErrorId | Should -BeLike "$Expected,*"
            "$problem" | Should -BeLike "*may have been made all the same: list the snapshots of $original*"
        }
        else { $snapshot | Should -HaveCount 1 }
        Wait-Until { @(Get-E2BSnapshot $original).Count -eq $Made }
    }

    It 'a pause is asked for again, and ends up paused' -ForEach 'refuse 429 0', 'reset after', 'refuse 503 0' {
        $spoiler.Faults.Enqueue($_)
        Suspend-E2BSandbox $original -ErrorAction Stop
        (Get-E2BSandbox $original.SandboxId).State | Should -Be 'Paused'
        Resume-E2BSandbox $original
        Invoke-E2BCommand $original 'echo back' | Should -Be 'back'
    }
}

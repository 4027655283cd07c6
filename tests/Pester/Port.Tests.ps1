BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/PortSupport.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $sandbox = New-E2BSandbox
    $null = Invoke-E2BCommand $sandbox 'mkdir -p /tmp/www && cd /tmp/www && echo hello > index.html && echo there > other.html'
    $null = Start-E2BProcess $sandbox 'exec python3 -m http.server 8000 --bind 127.0.0.1' -WorkingDirectory /tmp/www
    $null = Start-E2BProcess $sandbox 'exec python3 -m http.server 8001 --bind ::1' -WorkingDirectory /tmp/www
    $null = Wait-E2BSandbox $sandbox -Port 8000, 8001 -TimeoutSec 30 -ErrorAction Stop
}
AfterAll {
    Get-Job | Remove-Job -Force
    Remove-E2BSandbox $sandbox
}

Describe 'Get-E2BSandboxUrl' {
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'gives a URL that Invoke-WebRequest reads on this machine' {
        (Invoke-WebRequest (Get-E2BSandboxUrl $sandbox 8000)).Content.Trim() | Should -BeExactly 'hello'
        Get-E2BSandboxUrl $sandbox 8001 | ForEach-Object { Invoke-RestMethod $_ } | Should -Match 'hello'
    }

    It 'gives a typed object, which is the URL as text and as a Uri' {
        $url = Get-E2BSandboxUrl $sandbox 8000
        $url | Should -BeOfType ([E2B.PowerShell.E2BSandboxUrl])
        $url.Uri | Should -BeOfType ([uri])
        "$url" | Should -BeExactly $url.Uri.AbsoluteUri
        ([uri]$url).Port | Should -Be $url.Uri.Port
        $url.Port | Should -Be 8000
        $url.SandboxId | Should -BeExactly $sandbox.SandboxId
        $url.Headers.Count | Should -Be 0
        (Invoke-WebRequest -Uri $url.Uri -Headers $url.Headers).StatusCode | Should -Be 200
        ($url | Out-String) | Should -Match "$($sandbox.SandboxId)\s+8000\s+http://127\.0\.0\.1:\d+/"
    }

    It 'gives the same URL when it is asked again' {
        "$(Get-E2BSandboxUrl $sandbox 8000)" | Should -BeExactly "$(Get-E2BSandboxUrl $sandbox 8000)"
    }

    It 'gives those of several ports and sandboxes, in their order' {
        $other = New-E2BSandbox
        try {
            $urls = $other, $sandbox | Get-E2BSandboxUrl -Port 8001, 8000
            $urls | ForEach-Object { "$($_.SandboxId) $($_.Port)" } | Should -BeExactly @(
                "$($other.SandboxId) 8001", "$($other.SandboxId) 8000", "$($sandbox.SandboxId) 8001", "$($sandbox.SandboxId) 8000")
            ($urls.Uri | Sort-Object -Unique).Count | Should -Be 4
            (Invoke-WebRequest $urls[3]).Content.Trim() | Should -BeExactly 'hello'
        }
        finally { Remove-E2BSandbox $other }
    }

    It 'takes one positional for the port, and one that was written for the sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        (Get-E2BSandboxUrl 8000).Port | Should -Be 8000
        (Get-E2BSandboxUrl 8000, 8001).Port | Should -Be @(8000, 8001)
        (Get-E2BSandboxUrl '8000').SandboxId | Should -BeExactly $sandbox.SandboxId
        (Get-E2BSandboxUrl $sandbox.SandboxId 8000).SandboxId | Should -BeExactly $sandbox.SandboxId
        { Get-E2BSandboxUrl -Sandbox $sandbox } | Should -Throw -ErrorId 'E2BNoPort,*'
        { Get-E2BSandboxUrl $sandbox } | Should -Throw -ErrorId 'E2BNoPort,*'
    }

    It 'adds -Path, with a query' {
        $url = Get-E2BSandboxUrl $sandbox 8000 -Path 'other.html?a=b c'
        $url.Uri.PathAndQuery | Should -BeExactly '/other.html?a=b%20c'
        (Invoke-WebRequest $url).Content.Trim() | Should -BeExactly 'there'
        (Get-E2BSandboxUrl $sandbox 8000 -Path '//elsewhere/x').Uri.Host | Should -BeExactly '127.0.0.1'
    }

    It 'refuses what is no port' {
        Set-E2BDefault -Sandbox $sandbox
        { Get-E2BSandboxUrl $sandbox 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-E2BSandboxUrl $sandbox 65536 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-E2BSandboxUrl 65536 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Get-E2BSandboxUrl $sandbox 8000 -TimeoutSec 5 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { 'x' | Get-E2BSandboxUrl $sandbox 8000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotASandbox,*'
    }

    It 'says that the sandbox is gone' {
        $gone = New-E2BSandbox
        Remove-E2BSandbox $gone
        { Get-E2BSandboxUrl $gone 8000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        { Get-E2BSandboxUrl $gone.SandboxId 8000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        { Get-E2BSandboxUrl $gone 8000 -Wait -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
    }

    It 'completes the ports on which something listens' {
        (TabExpansion2 'Get-E2BSandboxUrl $sandbox 80' 28).CompletionMatches.CompletionText | Should -Be @('8000', '8001')
    }
}

Describe 'Get-E2BSandboxUrl -Wait' {
    It 'waits for a server that starts later' {
        $null = Start-E2BProcess $sandbox 'sleep 1; exec python3 -m http.server 8100'
        (Invoke-WebRequest (Get-E2BSandboxUrl $sandbox 8100 -Wait -TimeoutSec 60 -ErrorAction Stop)).StatusCode | Should -Be 200
    }

    It 'takes any answer for one' {
        $program = 'import http.server as h; H = type("H", (h.BaseHTTPRequestHandler,), {"do_GET": lambda s: s.send_error(502)}); h.HTTPServer(("", 8101), H).serve_forever()'
        $null = Start-E2BProcess $sandbox -FilePath python3 -ArgumentList '-c', $program
        (Get-E2BSandboxUrl $sandbox 8101 -Wait -TimeoutSec 60 -ErrorAction Stop).Port | Should -Be 8101
    }

    It 'says after -TimeoutSec that nothing listens' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        { Get-E2BSandboxUrl $sandbox 8102 -Wait -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BWaitTimeout,*' -ExpectedMessage 'Nothing listened on port 8102*within 1 s*'
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
    }

    It 'says of a server that never answers that it listens' {
        $null = Start-E2BProcess $sandbox -FilePath python3 -ArgumentList '-c', 'import socket, time; s = socket.create_server(("", 8103)); time.sleep(1000)'
        $null = Wait-E2BSandbox $sandbox -Port 8103 -TimeoutSec 30
        { Get-E2BSandboxUrl $sandbox 8103 -Wait -TimeoutSec 4 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BWaitTimeout,*' -ExpectedMessage '*port 8103*no answer over HTTP*'
    }

    It 'stops at Ctrl+C, in the sandbox too' {
        $pipeline = [PowerShell]::Create()
        try {
            $null = $pipeline.AddScript({ param($module, $sandbox) Import-Module $module; Get-E2BSandboxUrl $sandbox 8104 -Wait }).AddArgument($module).AddArgument($sandbox)
            $null = $pipeline.BeginInvoke()
            Wait-Until { Test-Running $sandbox '/proc/net/[t]cp6' }
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
            Wait-Until { -not (Test-Running $sandbox '/proc/net/[t]cp6') }
        }
        finally { $pipeline.Dispose() }
    }
}

Describe 'Restricted ports' {
    BeforeAll {
        $made = Invoke-Api POST /v2/sandboxes @{ templateID = 'base'; timeout = 300; network = @{ allowPublicTraffic = $false } }
        $restricted = Get-E2BSandbox -Id $made.sandboxID
        $null = Start-E2BProcess $restricted 'exec python3 -m http.server 8000'
        $null = Wait-E2BSandbox $restricted -Port 8000 -TimeoutSec 30 -ErrorAction Stop
    }
    AfterAll { Remove-E2BSandbox $restricted }

    It 'are open with the token, which is given when it is asked for' {
        $closed = Get-E2BSandboxUrl $restricted 8000
        $closed.Headers.Count | Should -Be 0
        (Invoke-WebRequest $closed -Headers $closed.Headers -SkipHttpErrorCheck).StatusCode | Should -Be 403
        $open = Get-E2BSandboxUrl $restricted 8000 -IncludeToken
        (Invoke-WebRequest $open -Headers $open.Headers).StatusCode | Should -Be 200
        $open.Headers['e2b-traffic-access-token'] | Should -BeExactly $made.trafficAccessToken
        "$open" + ($open | Out-String) | Should -Not -Match $made.trafficAccessToken
    }

    It 'show the token nowhere else' {
        $all = Get-E2BSandboxUrl $restricted 8000 -Wait -Verbose -Debug *>&1
        ($all | Format-List * | Out-String) + ($all | ConvertTo-Json -Depth 4) | Should -Not -Match $made.trafficAccessToken
        ($all | Out-String) | Should -Match 'http://127'
    }

    It 'can be waited for' {
        $null = Start-E2BProcess $restricted 'sleep 1; exec python3 -m http.server 8001'
        $url = Get-E2BSandboxUrl $restricted 8001 -Wait -TimeoutSec 60 -IncludeToken -ErrorAction Stop
        (Invoke-WebRequest $url -Headers $url.Headers).StatusCode | Should -Be 200
    }

    It 'leave the lifetime as it is when the token is asked for' {
        $before = (Get-E2BSandbox -Id $restricted.SandboxId).EndAt
        $null = Get-E2BSandboxUrl (Get-E2BSandbox -Id $restricted.SandboxId) 8000 -IncludeToken
        (Get-E2BSandbox -Id $restricted.SandboxId).EndAt | Should -Be $before
    }

    It 'have no token to give for a paused sandbox, which is not woken' {
        $null = Invoke-Api POST "/sandboxes/$($restricted.SandboxId)/pause"
        { Get-E2BSandboxUrl (Get-E2BSandbox -Id $restricted.SandboxId) 8000 -IncludeToken -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxPaused,*'
        (Get-E2BSandbox -Id $restricted.SandboxId).State | Should -Be 'Paused'
    }

    It 'need no token by way of a tunnel' {
        $null = Invoke-Api POST "/sandboxes/$($restricted.SandboxId)/connect" @{ timeout = 300 }
        $job = Connect-E2BPort $restricted 8000 -LocalPort 0 -AsJob
        (Invoke-WebRequest "http://$((Receive-Job $job).LocalEndPoint)").StatusCode | Should -Be 200
        Stop-Job $job
    }
}

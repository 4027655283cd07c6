BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Start-E2BWebServer' {
    It 'returns when the server answers, with URL, process id and log' {
        $null = Invoke-E2BCommand $sandbox 'mkdir -p /tmp/w && echo hello > /tmp/w/index.html'
        $server = Start-E2BWebServer $sandbox 'sleep 1; python3 -m http.server 8000' -Port 8000 -WorkingDirectory /tmp/w -Wait -TimeoutSec 60 -ErrorAction Stop
        (Invoke-WebRequest $server.Url).Content.Trim() | Should -BeExactly 'hello'
        $server | Should -BeOfType ([E2B.PowerShell.E2BWebServer])
        $server.Port | Should -Be 8000
        $server.SandboxId | Should -BeExactly $sandbox.SandboxId
        $server.HasExited | Should -BeFalse
        (Get-E2BProcess $sandbox $server.Pid).Pid | Should -Be $server.Pid
        Wait-Until { (Get-E2BFile $sandbox $server.LogPath -Raw) -match 'GET / HTTP' }
        "$server" | Should -BeExactly $server.Url.AbsoluteUri
        { Start-E2BWebServer $sandbox 'true' -Port 8000 -Wait -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        $null = Stop-E2BProcess $server.Process
        Wait-Until { -not (Test-Running $sandbox 'http\.[s]erver 8000') }
    }

    It 'says why a server does not come up' {
        Start-E2BWebServer $sandbox 'for i in $(seq 30); do echo "line $i"; done; echo "no config" >&2; exit 3' -Port 8001 -Wait -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeExactly 'E2BWebServerFailed,E2B.PowerShell.Commands.StartE2BWebServerCommand'
        $failed[0].Exception.ExitCode | Should -Be 3
        $failed[0].Exception.Log -split "`n" | Select-Object -Last 2 | Should -BeExactly @('line 30', 'no config')
        $failed[0].Exception.Log | Should -Not -Match 'line 10$'
        "$($failed[0])" | Should -Match 'exit code 3(.|\n)*no config'
    }

    It 'stops one that has not answered in time' {
        Start-E2BWebServer $sandbox 'echo starting; sleep 4711' -Port 8002 -Wait -TimeoutSec 2 -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'E2BWebServerFailed,*'
        $failed[0].Exception.Log | Should -BeExactly 'starting'
        Wait-Until { -not (Test-Running $sandbox 'sleep 47[1]1') }
    }

    It 'returns at once without -Wait, and takes what starts a server in the background' {
        $server = Start-E2BWebServer $sandbox 'sleep 3; python3 -m http.server 8003' -Port 8003
        $server.HasExited | Should -BeFalse
        $null = Stop-E2BProcess $server.Process
        $server = Start-E2BWebServer $sandbox 'python3 -m http.server 8004 & sleep 0.2' -Port 8004 -Wait -ErrorAction Stop
        (Invoke-WebRequest $server.Url).StatusCode | Should -Be 200
    }

    It 'refuses what cannot be' {
        { Start-E2BWebServer $sandbox 'x' -Port 8005 -TimeoutSec 5 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Start-E2BWebServer $sandbox -Port 8005 } | Should -Throw -ErrorId 'E2BNoCommand,*'
        { Start-E2BWebServer $sandbox 'x' -Port 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        Start-E2BWebServer $sandbox 'sleep 4712' -Port 8005 -WhatIf
        Test-Running $sandbox 'sleep 47[1]2' | Should -BeFalse
    }
}

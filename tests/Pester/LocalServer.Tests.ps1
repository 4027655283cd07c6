BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"

    # A PowerShell of its own, since a session has one local server and this one's is taken.
    function Invoke-Session([string] $Script) { Invoke-Fresh "Get-ChildItem Env:E2B_* | Remove-Item; Import-Module '$module'; $Script" }
}

Describe 'The local server of a session' {
    It 'is started, found, connected to and stopped' {
        $output = Invoke-Session @"
            Start-E2BLocalServer -DataDirectory '$TestDrive/one'
            Connect-E2B -Local
            (Get-E2BConnection).ApiUrl -eq (Get-E2BLocalServer).ApiUrl
            `$sandbox = New-E2BSandbox
            Invoke-E2BCommand `$sandbox 'echo hello'
            `$process = (Get-E2BLocalServer).Pid
            Stop-E2BLocalServer
            `$null -eq (Get-Process -Id `$process -ErrorAction Ignore)
            `$null -eq (Get-E2BLocalServer)
            Invoke-E2BCommand `$sandbox 'echo still' -ErrorAction SilentlyContinue -ErrorVariable problem
            `$problem[0].FullyQualifiedErrorId
"@
        $output | Should -Be @('True', 'hello', 'True', 'True', 'E2BUnreachable,E2B.PowerShell.Commands.InvokeE2BCommandCommand')
    }

    It 'ends with its session, however that ends' {
        $info = Join-Path $TestDrive 'pid'
        $session = Start-Process pwsh -PassThru -ArgumentList '-NoProfile', '-NonInteractive', '-Command',
        "Import-Module '$module'; (Start-E2BLocalServer -DataDirectory '$TestDrive/two' -PassThru).Pid > '$info'; Start-Sleep 300"
        Wait-Until { (Test-Path $info) -and (Get-Content $info) }
        $server = [int](Get-Content $info)
        Get-Process -Id $server | Should -Not -BeNullOrEmpty
        $session.Kill()
        Wait-Until { -not (Get-Process -Id $server -ErrorAction Ignore) }
    }

    It 'is found by another session on the same directory' {
        # The server of this test run.
        $data = (Get-E2BLocalServer).DataDirectory
        Invoke-Session "(Get-E2BLocalServer -DataDirectory '$data').Pid" | Should -Be (Get-E2BLocalServer).Pid
    }

    It 'is not started twice by a session' {
        $before = (Get-E2BLocalServer).Pid
        (Start-E2BLocalServer -PassThru).Pid | Should -Be $before
    }

    It 'can be started again after it crashed, and after a start that failed' {
        $port = (Get-E2BLocalServer).ApiUrl.Port
        $output = Invoke-Session @"
            `$first = Start-E2BLocalServer -DataDirectory '$TestDrive/five' -PassThru
            Stop-Process -Id `$first.Pid -Force
            while (Get-Process -Id `$first.Pid -ErrorAction Ignore) { }
            try { Start-E2BLocalServer -Port $port -DataDirectory '$TestDrive/five' } catch { 'refused' }
            `$null -eq (Get-E2BLocalServer)
            Start-E2BLocalServer -DataDirectory '$TestDrive/five'
            Connect-E2B -Local
            Invoke-E2BCommand (New-E2BSandbox) 'echo again'
            Remove-Module E2B
"@
        $output | Should -Be @('refused', 'True', 'again')
    }

    It 'is not silently another one than asked for' {
        { Start-E2BLocalServer -DataDirectory $TestDrive/six -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalServerRunning,*'
    }

    It 'ends when the runspace ends that started it' {
        $job = Start-ThreadJob { Import-Module $using:module; (Start-E2BLocalServer -DataDirectory "$using:TestDrive/seven" -PassThru).Pid }
        $server = $job | Wait-Job -Timeout 30 | Receive-Job
        Remove-Job $job -Force
        Wait-Until { -not (Get-Process -Id $server -ErrorAction Ignore) }
    }

    It 'is refused on a directory that another one uses, with a reason' {
        $data = (Get-E2BLocalServer).DataDirectory
        $output = Invoke-Session "try { Start-E2BLocalServer -DataDirectory '$data' } catch { `$_.FullyQualifiedErrorId; `"`$_`" }"
        $output[0] | Should -BeLike 'E2BServiceError,*'
        $output[1] | Should -BeLike "*another server is running on $data*"
    }

    It 'is refused on a port that is taken, with a reason' {
        $port = (Get-E2BLocalServer).ApiUrl.Port
        $output = Invoke-Session "try { Start-E2BLocalServer -Port $port -DataDirectory '$TestDrive/three' } catch { `"`$_`" }"
        $output | Should -BeLike "*$port*"
    }

    It 'is missed by Connect-E2B -Local and Stop-E2BLocalServer when there is none' {
        $output = Invoke-Session @"
            `$env:XDG_STATE_HOME = '$TestDrive/nothing'
            try { Connect-E2B -Local } catch { `$_.FullyQualifiedErrorId }
            try { Stop-E2BLocalServer } catch { `$_.FullyQualifiedErrorId }
"@
        $output | ForEach-Object { $_ -replace ',.*' } | Should -Be @('E2BLocalServerNotFound', 'E2BLocalServerNotFound')
    }

    It 'keeps its key to its owner' {
        $file = Join-Path (Get-E2BLocalServer).DataDirectory 'api-key'
        [IO.File]::GetUnixFileMode($file) | Should -Be ([IO.UnixFileMode]'UserRead, UserWrite')
    }

    It 'starts nothing with -WhatIf' {
        Invoke-Session "Start-E2BLocalServer -DataDirectory '$TestDrive/four' -WhatIf 6>`$null | Out-Null; Test-Path '$TestDrive/four'" | Select-Object -Last 1 | Should -Be 'False'
    }
}

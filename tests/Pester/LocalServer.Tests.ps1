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

    It 'is the one that another session started on the same directory, which does not end with this one' {
        $data = (Get-E2BLocalServer).DataDirectory
        $output = Invoke-Session @"
            (Start-E2BLocalServer -DataDirectory '$data' -PassThru).Pid
            try { Stop-E2BLocalServer } catch { `$_.FullyQualifiedErrorId }
            try { Start-E2BLocalServer -DataDirectory '$data' -Port 1 } catch { `$_.FullyQualifiedErrorId }
"@
        $output | ForEach-Object { $_ -replace ',.*' } | Should -Be @((Get-E2BLocalServer).Pid, 'E2BLocalServerNotFound', 'E2BLocalServerRunning')
        Get-Process -Id (Get-E2BLocalServer).Pid | Should -Not -BeNullOrEmpty
    }

    It 'shows its log' {
        $sandbox = New-E2BSandbox
        $line = Get-E2BLocalServer -Log | Where-Object { $_ -like "*sandbox=$sandbox *Sandbox created*" }
        $line | Should -Match '^time=\S+ level=info sandbox='
        Remove-E2BSandbox $sandbox
    }

    It 'shows the log of a server that has ended, and nothing where there was none' {
        $output = Invoke-Session @"
            Start-E2BLocalServer -DataDirectory '$TestDrive/eight'
            Stop-E2BLocalServer
            (Get-E2BLocalServer -DataDirectory '$TestDrive/eight' -Log)[-1] -like '*The server has ended*'
            @(Get-E2BLocalServer -DataDirectory '$TestDrive/none' -Log).Count
"@
        $output | Should -Be @('True', '0')
    }

    It 'is started from a path' {
        $program = "$PSScriptRoot/../../out/local-server"
        $output = Invoke-Session @"
            (Start-E2BLocalServer -DataDirectory '$TestDrive/nine' -ServerPath '$program/E2B.LocalServer.dll' -PassThru).DataDirectory -eq '$TestDrive/nine'
            Stop-E2BLocalServer
            (Start-E2BLocalServer -DataDirectory '$TestDrive/nine' -ServerPath '$program' -PassThru).DataDirectory -eq '$TestDrive/nine'
            Stop-E2BLocalServer
            try { Start-E2BLocalServer -DataDirectory '$TestDrive/nine' -ServerPath '$TestDrive/nothing' } catch { "`$_" }
"@
        $output[0..1] | Should -Be @('True', 'True')
        $output[2] | Should -BeLike "*no local server at*$TestDrive/nothing*"
    }

    It 'is found as a .NET tool when it is not beside the module' {
        # The module alone, and a tool of that name on PATH which says how it was called.
        Copy-Item "$PSScriptRoot/../../out/E2B" "$TestDrive/alone/E2B" -Recurse -Force
        $null = New-Item -ItemType Directory -Force "$TestDrive/tools"
        Set-Content "$TestDrive/tools/e2b-local" "#!/bin/sh`nexec dotnet $((Resolve-Path "$PSScriptRoot/../../out/local-server").Path)/E2B.LocalServer.dll `"`$@`""
        chmod +x "$TestDrive/tools/e2b-local"
        $output = Invoke-Fresh @"
            Get-ChildItem Env:E2B_* | Remove-Item
            Import-Module '$TestDrive/alone/E2B/E2B.psd1'
            try { Start-E2BLocalServer -DataDirectory '$TestDrive/ten' } catch { "`$_" }
            `$env:PATH = '$TestDrive/tools:' + `$env:PATH
            (Start-E2BLocalServer -DataDirectory '$TestDrive/ten' -PassThru).DataDirectory -eq '$TestDrive/ten'
            Stop-E2BLocalServer
"@
        $output[0] | Should -BeLike '*dotnet tool install --global E2B.LocalServer*'
        $output[1] | Should -Be 'True'
    }

    It 'passes on what the machine lacks, with the command that mends it' -Skip:(-not (Get-Command unshare -ErrorAction Ignore)) {
        # In a mount namespace of its own, runc is hidden behind a file that is no program.
        $script = "Import-Module '$module'; try { Start-E2BLocalServer -DataDirectory '$TestDrive/eleven' -ErrorAction Stop } catch { `"`$_`" }"
        Set-Content "$TestDrive/lacking.ps1" $script
        $null = New-Item -ItemType File -Force "$TestDrive/noprogram"
        $output = unshare --mount sh -c "mount --bind '$TestDrive/noprogram' '$((Get-Command runc).Source)' && exec pwsh -NoProfile -NonInteractive -File '$TestDrive/lacking.ps1'"
        "$output" | Should -BeLike '*Not installed: runc*install runc*'
        "$output" | Should -Not -BeLike '*error: *'
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

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Programs without a shell in between' {
    It 'get their arguments as they are written: <_>' -ForEach "it's `$5", 'a "b" c', '$(id) `id` ; & | > <', '*', '--flag', 'ünï €', "two`nlines", '\back\slash', '' {
        $output = Invoke-E2BCommand $sandbox -FilePath printf -ArgumentList '[%s]', $_ -Raw
        $output | Should -BeExactly "[$_]"
    }

    It 'take stdin, a user and a directory as a command does' {
        'in' | Invoke-E2BCommand $sandbox -FilePath cat | Should -BeExactly 'in'
        Invoke-E2BCommand $sandbox -FilePath pwd -User root -WorkingDirectory /usr | Should -BeExactly '/usr'
    }

    It 'that are not there end with 127' {
        $result = Invoke-E2BCommand $sandbox -FilePath no-such-program -PassThru
        $result.ExitCode | Should -Be 127
    }

    It 'are not mixed with a line for the shell' {
        { Invoke-E2BCommand $sandbox 'true' -FilePath true } | Should -Throw -ErrorId 'E2BAmbiguousCommand,*'
        { Invoke-E2BCommand $sandbox 'true' -ArgumentList 'x' } | Should -Throw -ErrorId 'E2BAmbiguousCommand,*'
    }
}

Describe 'Start-E2BProcess' {
    AfterEach { Get-E2BProcess $sandbox | Stop-E2BProcess -ErrorAction SilentlyContinue }

    It 'returns at once with a process whose output can be looked at' {
        $process = Start-E2BProcess $sandbox 'echo begun; read line; echo "got $line"; exit 5' -StdIn -Tag mine
        $process | Should -BeOfType ([E2B.PowerShell.E2BProcess])
        $process.Pid | Should -BeGreaterThan 1
        $process.HasExited | Should -BeFalse
        Wait-Until { $process.StandardOutput -eq "begun`n" }
        Send-E2BProcessInput $process -Value 'hello'
        $result = Wait-E2BProcess $process
        $result.ExitCode | Should -Be 5
        $result.StandardOutput | Should -BeExactly "begun`ngot hello`n"
        $process.HasExited | Should -BeTrue
        $process.ExitCode | Should -Be 5
    }

    It 'starts one in each piped sandbox' {
        $second = New-E2BSandbox
        try {
            $processes = $sandbox, $second | Start-E2BProcess 'exec sleep 300'
            $processes.SandboxId | Should -Be @($sandbox.SandboxId, $second.SandboxId)
        }
        finally { Remove-E2BSandbox $second }
    }

    It 'is not held up by output that nobody reads' {
        $process = Start-E2BProcess $sandbox 'seq 1 2000000 > /dev/stdout; echo end > /tmp/wrote-all'
        Wait-Until { (Invoke-E2BCommand $sandbox 'cat /tmp/wrote-all 2>/dev/null' -SuccessExitCode 0, 1) -eq 'end' }
        (Wait-E2BProcess $process).ExitCode | Should -Be 0
    }

    It 'leaves it running when the session ends' {
        $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
        pwsh -NoProfile -NonInteractive -Command "Import-Module '$module'; `$null = Start-E2BProcess $($sandbox.SandboxId) 'exec sleep 8765'"
        Test-Running $sandbox 'sleep 876[5]' | Should -BeTrue
    }

    It 'starts nothing with -WhatIf' {
        Start-E2BProcess $sandbox 'exec sleep 5432' -WhatIf
        Test-Running $sandbox 'sleep 543[2]' | Should -BeFalse
    }
}

Describe 'Get-E2BProcess' {
    BeforeAll {
        $one = Start-E2BProcess $sandbox 'exec sleep 301' -Tag one
        $two = Start-E2BProcess $sandbox -FilePath sleep -ArgumentList 302
        $terminal = Start-E2BProcess $sandbox -Pty
    }
    AfterAll { $one, $two, $terminal | Stop-E2BProcess }

    It 'lists what runs, terminals too, with what was typed' {
        $listed = Get-E2BProcess $sandbox
        $listed.Pid | Sort-Object | Should -Be ($one.Pid, $two.Pid, $terminal.Pid | Sort-Object)
        ($listed | Where-Object Pid -eq $one.Pid).Command | Should -Be 'exec sleep 301'
        ($listed | Where-Object Pid -eq $two.Pid).Command | Should -Be 'sleep 302'
    }

    It 'finds by id and by tag' {
        (Get-E2BProcess $sandbox $two.Pid).Command | Should -Be 'sleep 302'
        (Get-E2BProcess $sandbox -Tag o*).Pid | Should -Be $one.Pid
        { Get-E2BProcess $sandbox 999999 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProcessNotFound,*'
    }

    It 'takes the default sandbox and piped ones' {
        Set-E2BDefault -Sandbox $sandbox
        try { (Get-E2BProcess).Count | Should -Be 3 } finally { Set-E2BDefault -Sandbox $null }
        ($sandbox | Get-E2BProcess).Count | Should -Be 3
        { Get-E2BProcess } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }

    It 'completes process ids' {
        Set-E2BDefault -Sandbox $sandbox
        try {
            $line = 'Stop-E2BProcess -ProcessId '
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain "$($one.Pid)"
        }
        finally { Set-E2BDefault -Sandbox $null }
    }
}

Describe 'Connect-E2BProcess' {
    AfterEach { Get-E2BProcess $sandbox | Stop-E2BProcess -ErrorAction SilentlyContinue }

    It 'streams from then on, by object, by id and by tag' {
        foreach ($how in 'object', 'id', 'tag') {
            $process = Start-E2BProcess $sandbox 'until read -t 0.05 line; do echo waiting; done; echo "$line 1"; echo "$line 2"; exit 3' -StdIn -Tag "by-$how"
            $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
            $listen = {
                param($module, $sandbox, $process, $how)
                Import-Module $module
                switch ($how) {
                    'object' { Connect-E2BProcess $process -ErrorAction SilentlyContinue }
                    'id' { Connect-E2BProcess $sandbox $process.Pid -ErrorAction SilentlyContinue }
                    'tag' { Connect-E2BProcess $sandbox -Tag "by-$how" -ErrorAction SilentlyContinue }
                }
                $LASTEXITCODE
            }
            $job = Start-ThreadJob -ScriptBlock $listen -ArgumentList $module, $sandbox, $process, $how
            Wait-Until { $job.Output.Count -gt 0 }
            Send-E2BProcessInput $process -Value $how
            $job | Wait-Job -Timeout 20 | Receive-Job | Where-Object { $_ -ne 'waiting' } | Should -Be @("$how 1", "$how 2", 3)
            Remove-Job $job -Force
        }
    }

    It 'only detaches when it is left' {
        $process = Start-E2BProcess $sandbox 'while :; do echo tick; sleep 0.05; done'
        Connect-E2BProcess $process | Select-Object -First 2 | Should -Be @('tick', 'tick')
        (Get-E2BProcess $sandbox $process.Pid).Pid | Should -Be $process.Pid
    }

    It 'says which one is not there' {
        { Connect-E2BProcess $sandbox 999999 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProcessNotFound,*'
        { Connect-E2BProcess $sandbox -Tag nobody -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProcessNotFound,*'
    }
}

Describe 'Wait-E2BProcess' {
    AfterEach { Get-E2BProcess $sandbox | Stop-E2BProcess -ErrorAction SilentlyContinue }

    It 'waits for one that was only looked up, also when it has just ended' {
        $process = Start-E2BProcess $sandbox 'exit 4'
        $null = Wait-E2BProcess $process
        (Wait-E2BProcess $sandbox $process.Pid).ExitCode | Should -Be 4
    }

    It 'gives up at its limit, and the process runs on' {
        $process = Start-E2BProcess $sandbox 'exec sleep 304'
        { Wait-E2BProcess $process -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCommandTimeout,*'
        (Get-E2BProcess $sandbox $process.Pid).Pid | Should -Be $process.Pid
    }
}

Describe 'Send-E2BProcessInput' {
    AfterEach { Get-E2BProcess $sandbox | Stop-E2BProcess -ErrorAction SilentlyContinue }

    It 'sends lines, bytes and the end' {
        $process = Start-E2BProcess $sandbox 'cat' -StdIn
        'a', 'b' | Send-E2BProcessInput $process
        Send-E2BProcessInput $process -Value ([byte[]](99, 10)) -NoNewline
        Send-E2BProcessInput $process -Value 'd' -NoNewline -Close
        (Wait-E2BProcess $process).StandardOutput | Should -BeExactly "a`nb`nc`nd"
    }

    It 'fails for a process without stdin, naming the switch' {
        $process = Start-E2BProcess $sandbox 'exec sleep 305'
        { Send-E2BProcessInput $process -Value 'x' -ErrorAction Stop } | Should -Throw '*-StdIn*'
        { Send-E2BProcessInput $sandbox $process.Pid -Value 'x' -ErrorAction Stop } | Should -Throw '*-StdIn*'
    }

    It 'takes the input behind a process too' {
        $process = Start-E2BProcess $sandbox 'read line; echo "<$line>"' -StdIn
        Send-E2BProcessInput $process 'typed'
        (Wait-E2BProcess $process).StandardOutput | Should -BeExactly "<typed>`n"
    }

    It 'wants something to send' {
        $process = Start-E2BProcess $sandbox 'cat' -StdIn
        { Send-E2BProcessInput $process } | Should -Throw -ErrorId 'E2BNoValue,*'
    }
}

Describe 'Stop-E2BProcess' {
    It 'ends the whole tree' {
        $process = Start-E2BProcess $sandbox 'sleep 3061 & (sleep 3062 & sleep 3063; true) & sleep 3064; true'
        Wait-Until { Test-Running $sandbox 'sleep 306[3]' }
        $result = Stop-E2BProcess $process -PassThru
        $result | Should -BeOfType ([E2B.StopResult])
        Test-Running $sandbox 'sleep 306[1-4]' | Should -BeFalse
        (Wait-E2BProcess $process).Signal | Should -BeLike '*kill*'
    }

    It 'ends the process alone with -LeaderOnly, as the service does it' {
        $process = Start-E2BProcess $sandbox 'sleep 3071; true'
        Wait-Until { Test-Running $sandbox 'sleep 307[1]' }
        Stop-E2BProcess $process -LeaderOnly
        Wait-Until { -not (Get-E2BProcess $sandbox | Where-Object Pid -eq $process.Pid) }
        Test-Running $sandbox 'sleep 307[1]' | Should -BeTrue
        Invoke-E2BCommand $sandbox 'pkill -f "sleep 307[1]"'
    }

    It 'asks first with -Signal Term' {
        $process = Start-E2BProcess $sandbox 'trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.05; done'
        Wait-Until { $process.StandardOutput -eq "up`n" }
        Stop-E2BProcess $process -Signal Term
        $result = Wait-E2BProcess $process
        $result.ExitCode | Should -Be 9
        $result.StandardOutput | Should -BeExactly "up`nbye`n"
    }

    It 'kills what does not listen when the grace is over' {
        $process = Start-E2BProcess $sandbox 'trap "" TERM; echo up; while :; do sleep 0.05; done'
        Wait-Until { $process.StandardOutput -eq "up`n" }
        Stop-E2BProcess $process -Signal Term -GraceSec 1
        (Wait-E2BProcess $process).Signal | Should -BeLike '*kill*'
    }

    It 'says which one is not there' {
        { Stop-E2BProcess $sandbox 999999 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProcessNotFound,*'
    }

    It 'stops nothing with -WhatIf' {
        $process = Start-E2BProcess $sandbox 'exec sleep 3081'
        Stop-E2BProcess $process -WhatIf
        Test-Running $sandbox 'sleep 308[1]' | Should -BeTrue
        $process | Stop-E2BProcess
        Test-Running $sandbox 'sleep 308[1]' | Should -BeFalse
    }
}

Describe 'What an early end takes along' {
    It 'is the whole tree: <_>' -ForEach 'Select-Object', 'time limit' {
        $marker = if ($_ -eq 'time limit') { 3091 } else { 3092 }
        if ($_ -eq 'time limit') {
            Invoke-E2BCommand $sandbox "sleep $marker & sleep $marker; true" -TimeoutSec 1 -ErrorAction SilentlyContinue
        }
        else {
            Invoke-E2BCommand $sandbox "sleep $marker & echo up; sleep $marker; true" | Select-Object -First 1 | Should -Be 'up'
        }
        Wait-Until { -not (Test-Running $sandbox "[s]leep $marker") }
    }
}

Describe 'Terminals for scripts' {
    AfterEach { Get-E2BProcess $sandbox | Stop-E2BProcess -ErrorAction SilentlyContinue }

    It 'have the size asked for, and get another' {
        $terminal = Start-E2BProcess $sandbox -Pty -Columns 91 -Rows 31
        Send-E2BProcessInput $terminal -Value 'stty size; echo "<$TERM>"'
        Wait-Until { $terminal.StandardOutput -match '31 91' -and $terminal.StandardOutput -match '<xterm-256color>' }
        Set-E2BProcess $terminal -Columns 101 -Rows 41
        Send-E2BProcessInput $terminal -Value 'stty size'
        Wait-Until { $terminal.StandardOutput -match '41 101' }
    }

    It 'have a live Ctrl+C and an end' {
        $terminal = Start-E2BProcess $sandbox -Pty
        Send-E2BProcessInput $terminal -Value 'sleep 3111'
        Wait-Until { Test-Running $sandbox '^sleep 311[1]' }
        Send-E2BProcessInput $terminal -Value ([byte[]]3) -NoNewline
        Wait-Until { -not (Test-Running $sandbox '^sleep 311[1]') }
        Send-E2BProcessInput $terminal -Value 'exit 7'
        (Wait-E2BProcess $terminal).ExitCode | Should -Be 7
    }

    It 'run a program of their own' {
        $terminal = Start-E2BProcess $sandbox 'tty; stty size' -Pty
        (Wait-E2BProcess $terminal).StandardOutput | Should -Match '(?s)/dev/pts/\d+.*24 80'
    }
}

Describe 'Many sandboxes' {
    It 'work at once, and one that fails stops no other' {
        $many = 1..3 | ForEach-Object { New-E2BSandbox -Metadata @{ suite = 'many' } }
        try {
            Remove-E2BSandbox $many[1]
            $lines = $many | Invoke-E2BCommand 'echo alive' -ErrorAction SilentlyContinue -ErrorVariable problem -ThrottleLimit 2
            $lines | Should -Be @('alive', 'alive')
            $lines.SandboxId | Sort-Object | Should -Be ($many[0, 2].SandboxId | Sort-Object)
            $problem | Should -HaveCount 1
            "$problem" | Should -BeLike "*$($many[1].SandboxId)*"
            $results = $many[0, 2] | Invoke-E2BCommand 'exit 2' -PassThru
            $results.ExitCode | Should -Be @(2, 2)
            $results.SandboxId | Sort-Object | Should -Be ($many[0, 2].SandboxId | Sort-Object)
        }
        finally { $many | Remove-E2BSandbox -ErrorAction SilentlyContinue }
    }
}

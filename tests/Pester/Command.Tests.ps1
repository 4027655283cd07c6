BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox

    # A proxy on a port of its own that passes everything on at once, but answers only when its gate is open.
    function Open-SlowProxy([int] $Port) {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $gate = [Threading.ManualResetEventSlim]::new()
        $pass = {
            param($listener, $gate, $port)
            $tasks = while ($true) {
                try { $client = $listener.AcceptTcpClient() } catch { break }
                $server = [Net.Sockets.TcpClient]::new('127.0.0.1', $port)
                $client.GetStream().CopyToAsync($server.GetStream())
                $gate.Wait()
                $server.GetStream().CopyToAsync($client.GetStream())
            }
            $null = $tasks
        }
        $null = Start-ThreadJob -ScriptBlock $pass -ArgumentList $listener, $gate, $Port
        [pscustomobject]@{ Listener = $listener; Open = $gate; Url = "http://127.0.0.1:$($listener.LocalEndpoint.Port)" }
    }
}

AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Invoke-E2BCommand: output' {
    It 'gives each line as a string' {
        $lines = Invoke-E2BCommand $sandbox 'printf "a\nb\n\nc"'
        $lines | Should -BeExactly @('a', 'b', '', 'c')
        $lines | ForEach-Object { $_ | Should -BeOfType string }
    }

    It 'adds nothing to the lines of one sandbox' {
        $line = Invoke-E2BCommand $sandbox 'echo plain'
        $line.PSObject.Properties.Name | Should -Not -Contain 'SandboxId'
    }

    It 'gives a line as soon as it is there' {
        # The command waits for a file that only appears once its first line has been seen.
        Invoke-E2BCommand $sandbox 'echo first; until [ -e /tmp/seen-first ]; do sleep 0.05; done; echo second' -TimeoutSec 30 |
            ForEach-Object {
                if ($_ -eq 'first') { Set-E2BFile $sandbox /tmp/seen-first '' }
                $_
            } | Should -BeExactly @('first', 'second')
    }

    It 'keeps characters whole that come in pieces' {
        $command = 'for b in 342 202 254; do printf "\\$b"; sleep 0.02; done; printf "\n\360\237"; sleep 0.02; printf "\230\200\n"'
        Invoke-E2BCommand $sandbox $command | Should -BeExactly @('€', '😀')
    }

    It 'takes \r\n for a line end' {
        Invoke-E2BCommand $sandbox 'printf "a\r\nb\r\n"' | Should -BeExactly @('a', 'b')
    }

    It 'writes stderr to the host, where 6>&1 finds it' {
        $all = Invoke-E2BCommand $sandbox 'echo out; echo err >&2' 6>&1
        $all | Where-Object { $_ -is [string] } | Should -BeExactly 'out'
        $record = $all | Where-Object { $_ -is [System.Management.Automation.InformationRecord] }
        $record.Tags | Should -Contain 'PSHOST'
        "$record" | Should -BeExactly 'err'
    }

    It 'puts stderr on the pipeline in its order with -MergeStdErr' {
        $lines = Invoke-E2BCommand $sandbox 'echo 1; sleep 0.1; echo 2 >&2; sleep 0.1; echo 3' -MergeStdErr
        $lines | Should -BeExactly @('1', '2', '3')
        $lines.Stream | Should -Be @('StdOut', 'StdErr', 'StdOut')
        $lines[0].SandboxId | Should -Be $sandbox.SandboxId
    }

    It 'gives everything as one string with -Raw' {
        Invoke-E2BCommand $sandbox 'printf "a\nb\n"' -Raw | Should -BeExactly "a`nb`n"
    }

    It 'gives bytes with -AsByteStream' {
        [byte[]] $bytes = Invoke-E2BCommand $sandbox 'printf "\000\377\n"' -AsByteStream
        $bytes | Should -Be @(0, 255, 10)
    }

    It 'gives one array of bytes with -AsByteStream -Raw' {
        $bytes = Invoke-E2BCommand $sandbox 'printf "\000\377"' -AsByteStream -Raw
        , $bytes | Should -BeOfType ([byte[]])
        $bytes | Should -Be @(0, 255)
    }

    It 'keeps nothing of 100 MB that flow by' {
        $process = [Diagnostics.Process]::GetCurrentProcess()
        [GC]::Collect()
        $before = $process.WorkingSet64
        $length = 0L
        Invoke-E2BCommand $sandbox "head -c 100000000 /dev/zero | tr '\0' 'x' | fold -w 999" | ForEach-Object { $length += $_.Length }
        $length | Should -Be 100000000
        $process.Refresh()
        ($process.WorkingSet64 - $before) / 1MB | Should -BeLessThan 120
    }

    It 'feeds Select-String and ConvertFrom-Json' {
        (Invoke-E2BCommand $sandbox "echo '{""a"":1}'" | ConvertFrom-Json).a | Should -Be 1
        Invoke-E2BCommand $sandbox 'seq 1 20' | Select-String '^1.$' | Should -HaveCount 10
    }
}

Describe 'Invoke-E2BCommand: exit codes' {
    It 'says nothing when the command succeeds, and sets $LASTEXITCODE' {
        $global:LASTEXITCODE = 99
        Invoke-E2BCommand $sandbox 'true' -ErrorAction Stop
        $LASTEXITCODE | Should -Be 0
    }

    It 'writes an error whose target is the result' {
        Invoke-E2BCommand $sandbox 'echo reason >&2; exit 3' -ErrorAction SilentlyContinue -ErrorVariable problem 6>$null
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'E2BCommandFailed,*'
        $problem[0].TargetObject | Should -BeOfType ([E2B.CommandResult])
        $problem[0].TargetObject.ExitCode | Should -Be 3
        $problem[0].TargetObject.StandardError | Should -BeExactly "reason`n"
        "$problem" | Should -BeLike '*reason*'
        $LASTEXITCODE | Should -Be 3
    }

    It 'sets $LASTEXITCODE from inside a function, and with -ErrorAction Stop' {
        function Invoke-It { Invoke-E2BCommand $sandbox 'exit 4' -ErrorAction Stop }
        { Invoke-It } | Should -Throw -ErrorId 'E2BCommandFailed,*'
        $LASTEXITCODE | Should -Be 4
    }

    It 'calls a success what -SuccessExitCode names' {
        Invoke-E2BCommand $sandbox 'exit 1' -SuccessExitCode 0, 1 -ErrorAction Stop
        $LASTEXITCODE | Should -Be 1
    }

    It 'returns a typed result with -PassThru, and does not complain' {
        $result = Invoke-E2BCommand $sandbox 'echo out; echo err >&2; exit 5' -PassThru -ErrorAction Stop
        $result | Should -BeOfType ([E2B.CommandResult])
        $result.ExitCode | Should -Be 5
        $result.StandardOutput | Should -BeExactly "out`n"
        $result.StandardError | Should -BeExactly "err`n"
        $result.Duration | Should -BeGreaterThan ([TimeSpan]::Zero)
        $result.Pid | Should -BeGreaterThan 0
        $LASTEXITCODE | Should -Be 5
    }

    It 'tells of a signal' {
        $result = Invoke-E2BCommand $sandbox 'kill -KILL $$' -PassThru
        $result.Signal | Should -BeLike '*kill*'
        $result.ExitCode | Should -Not -Be 0
    }

    It 'sets $LASTEXITCODE when the command could not run, or not to its end' {
        $global:LASTEXITCODE = 0
        Invoke-E2BCommand i0000000000000000000 'true' -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be -1
        $global:LASTEXITCODE = 0
        Invoke-E2BCommand $sandbox, 'i0000000000000000000' 'true' -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be -1
        Invoke-E2BCommand $sandbox 'sleep 20' -TimeoutSec 1 -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 124
    }

    It 'takes the first code that is not zero, in the order of the sandboxes' {
        $second = New-E2BSandbox
        try {
            Set-E2BFile $sandbox, $second /tmp/code '0'
            Set-E2BFile $second /tmp/code '7'
            $sandbox, $second | Invoke-E2BCommand 'exit $(cat /tmp/code)' -ErrorAction SilentlyContinue
            $LASTEXITCODE | Should -Be 7
        }
        finally {
            Remove-E2BSandbox $second
        }
    }
}

Describe 'Invoke-E2BCommand: input and surroundings' {
    It 'sends strings as lines of UTF-8' {
        'grüße', '€' | Invoke-E2BCommand $sandbox 'cat' | Should -BeExactly @('grüße', '€')
    }

    It 'sends bytes as they are' {
        , [byte[]](0, 1, 255) | Invoke-E2BCommand $sandbox 'od -An -tu1' | Should -BeLike '*0*1*255'
    }

    It 'ends stdin when the pipeline ends' {
        1..3 | Invoke-E2BCommand $sandbox 'wc -l' | Should -BeLike '*3'
    }

    It 'does not wait for input when nothing is piped' {
        Invoke-E2BCommand $sandbox 'cat; echo done' -TimeoutSec 20 | Should -BeExactly 'done'
    }

    It 'reads and writes a lot at the same time' {
        $count = 0
        1..50000 | Invoke-E2BCommand $sandbox 'cat' | ForEach-Object { $count++ }
        $count | Should -Be 50000
    }

    It 'waits for a command that is slow to read, longer than a request may take' {
        $line = [string]::new('x', 300000)
        $line, $line | Invoke-E2BCommand $sandbox 'sleep 2; wc -c' -RequestTimeoutSec 1 | Should -Match '^\s*600002$'
    }

    It 'goes on when the command stops reading' {
        1..50000 | Invoke-E2BCommand $sandbox 'head -1' | Should -BeExactly '1'
    }

    It 'runs as the given user, in the given directory, with the given environment' {
        Invoke-E2BCommand $sandbox 'id -un; pwd; echo $MY_VARIABLE' -User root -WorkingDirectory /usr/lib -Environment @{ MY_VARIABLE = "a 'quoted' value" } |
            Should -BeExactly @('root', '/usr/lib', "a 'quoted' value")
    }

    It 'runs as user in its home by default' {
        Invoke-E2BCommand $sandbox 'id -un; pwd' | Should -BeExactly @('user', '/home/user')
    }

    It 'ends a command that takes longer than -TimeoutSec, and says which limit it was' {
        Invoke-E2BCommand $sandbox 'echo started; exec sleep 1234' -TimeoutSec 1 -ErrorVariable problem -ErrorAction SilentlyContinue |
            Should -BeExactly 'started'
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BCommandTimeout,*'
        Wait-Until { -not (Test-Running $sandbox 'sleep 123[4]') }
    }
}

Describe 'Invoke-E2BCommand: leaving early' {
    It 'kills the command when Select-Object -First has had enough' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Invoke-E2BCommand $sandbox 'while :; do echo line-of-loop; sleep 0.05; done' | Select-Object -First 2 | Should -HaveCount 2
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        Wait-Until { -not (Test-Running $sandbox 'line-of-[l]oop') }
    }

    It 'kills the command when Ctrl+C comes before it is known to have started' {
        # The answer to the start is held back until the pipeline has been stopped.
        $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
        $gate = Open-SlowProxy -Port ([uri]$env:E2B_SANDBOX_URL).Port
        $pipeline = [PowerShell]::Create()
        try {
            $null = $pipeline.AddScript({
                    param($module, $id, $url, $key, $api)
                    Import-Module $module
                    Connect-E2B -ApiKey $key -ApiUrl $api -SandboxUrl $url
                    Invoke-E2BCommand $id 'exec sleep 4343'
                }).AddArgument($module).AddArgument($sandbox.SandboxId).AddArgument($gate.Url).AddArgument($env:E2B_API_KEY).AddArgument($env:E2B_API_URL)
            $null = $pipeline.BeginInvoke()
            Wait-Until { Test-Running $sandbox 'sleep 434[3]' }
            $stopping = $pipeline.BeginStop($null, $null)
            $gate.Open.Set()
            $pipeline.EndStop($stopping)
            Wait-Until { -not (Test-Running $sandbox 'sleep 434[3]') }
        }
        finally {
            $pipeline.Dispose()
            $gate.Open.Set()
            $gate.Listener.Stop()
        }
    }

    It 'kills the command on Ctrl+C' {
        $pipeline = [PowerShell]::Create()
        try {
            $null = $pipeline.AddScript({
                    param($module, $sandbox)
                    Import-Module $module
                    Invoke-E2BCommand $sandbox 'echo up; exec sleep 4321'
                }).AddArgument("$PSScriptRoot/../../out/E2B/E2B.psd1").AddArgument($sandbox)
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $running = $pipeline.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
            Wait-Until { $output.Count -gt 0 }
            Test-Running $sandbox 'sleep 432[1]' | Should -BeTrue

            # Stop() is what the host calls on Ctrl+C.
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 4
            Wait-Until { -not (Test-Running $sandbox 'sleep 432[1]') }
            $running.IsCompleted | Should -BeTrue
        }
        finally {
            $pipeline.Dispose()
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Invoke-E2BCommand -AsJob' {
    AfterEach { Get-Job | Remove-Job -Force }

    It 'gives a job of this session with the output' {
        $job = Invoke-E2BCommand $sandbox 'echo one; echo two; echo err >&2' -AsJob -JobName mine
        $job | Should -BeOfType ([System.Management.Automation.Job])
        (Get-Job -Name mine).Id | Should -Be $job.Id
        $job.Location | Should -Be $sandbox.SandboxId
        $output = $job | Wait-Job | Receive-Job 6>$null
        $output | Should -BeExactly @('one', 'two')
        $job.State | Should -Be 'Completed'
        $job.HasMoreData | Should -BeFalse
    }

    It 'gives what has come so far, and the rest later' {
        $job = Invoke-E2BCommand $sandbox 'echo first; until [ -e /tmp/job-go ]; do sleep 0.05; done; echo second' -AsJob
        Wait-Until { $job.Output.Count -gt 0 }
        Receive-Job $job | Should -BeExactly 'first'
        $job.State | Should -Be 'Running'
        Set-E2BFile $sandbox /tmp/job-go ''
        $job | Wait-Job -Timeout 10 | Receive-Job | Should -BeExactly 'second'
    }

    It 'kills the command when it is stopped' {
        $job = Invoke-E2BCommand $sandbox 'echo up; exec sleep 7654' -AsJob
        Wait-Until { $job.Output.Count -gt 0 }
        Test-Running $sandbox 'sleep 765[4]' | Should -BeTrue
        Stop-Job $job
        $job.State | Should -Be 'Stopped'
        Wait-Until { -not (Test-Running $sandbox 'sleep 765[4]') }
    }

    It 'fails when the command fails' {
        $job = Invoke-E2BCommand $sandbox 'exit 6' -AsJob | Wait-Job
        $job.State | Should -Be 'Failed'
        Receive-Job $job -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'E2BCommandFailed*'
        $problem[0].TargetObject.ExitCode | Should -Be 6
    }

    It 'holds the pipeline back while the command does not read, and takes it all' {
        1..60000 | Invoke-E2BCommand $sandbox 'sleep 0.5; wc -l' -AsJob | Wait-Job | Receive-Job | Should -Match '^\s*60000$'
    }

    It 'takes stdin from the pipeline' {
        'b', 'a' | Invoke-E2BCommand $sandbox 'sort' -AsJob | Wait-Job | Receive-Job | Should -BeExactly @('a', 'b')
    }

    It 'gives a result with -PassThru' {
        $result = Invoke-E2BCommand $sandbox 'exit 2' -AsJob -PassThru | Wait-Job | Receive-Job
        $result.ExitCode | Should -Be 2
    }

    It 'ends with the session that started it, and its command with it' {
        Invoke-Fresh "Import-Module '$PSScriptRoot/../../out/E2B/E2B.psd1'; `$job = Invoke-E2BCommand $($sandbox.SandboxId) 'echo up; sleep 7373; true' -AsJob; while (`$job.Output.Count -eq 0) { Start-Sleep -Milliseconds 20 }; `$job.State" |
            Should -Be 'Running'
        Wait-Until { -not (Test-Running $sandbox 'sleep 737[3]') }
    }

    It 'leaves $LASTEXITCODE alone' {
        $global:LASTEXITCODE = 42
        Invoke-E2BCommand $sandbox 'true' -AsJob | Wait-Job | Remove-Job
        $LASTEXITCODE | Should -Be 42
    }
}

# Code and commands over many sandboxes at once: a time limit each, and a result for each, whatever happened in it.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
}

Describe 'A result for each managed sandbox' {
    BeforeAll {
        # Which is which is written into them; one more was ended by somebody else, and the session does not know it.
        $fleet = New-E2BSandbox code-interpreter-v1 -Count 4
        $names = 'well', 'fails', 'late', 'gone'

        # The limit below is for the code, not for a kernel's start.
        $fleet | Invoke-E2BCode 'pass'
        0..3 | ForEach-Object { Set-E2BFile $fleet[$_] /tmp/name $names[$_] -NoNewline }
        $name = @{}
        0..3 | ForEach-Object { $name[$fleet[$_].SandboxId] = $names[$_] }
        $null = Invoke-RestMethod "$($env:E2B_API_URL.TrimEnd('/'))/sandboxes/$($fleet[3])" -Method Delete -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
    }
    AfterAll { $fleet | Remove-E2BSandbox -ErrorAction SilentlyContinue }

    It 'of code, those included that fail, run out of time or are gone' {
        $script = 'name = open("/tmp/name").read()', 'print("in", name, flush=True)', 'if name == "fails": raise KeyError(name)',
        'import time', 'if name == "late": time.sleep(600)', 'name' -join "`n"
        $took = [Diagnostics.Stopwatch]::StartNew()

        $results = $fleet | Invoke-E2BCode $script -TimeoutSec 10 -PassThru -ErrorVariable failed -ErrorAction SilentlyContinue

        $took.Elapsed.TotalSeconds | Should -BeLessThan 60
        $results | Should -BeOfType ([E2B.CodeExecution])
        $results.SandboxId | Sort-Object | Should -BeExactly @($fleet.SandboxId | Sort-Object)
        $by = @{}
        $results | ForEach-Object { $by[$name[$_.SandboxId]] = $_ }
        $by.well.Text, $by.well.StandardOutput, $by.well.Succeeded | Should -BeExactly @('well', "in well`n", $true)
        $by.fails.Error.Name, $by.fails.StandardOutput, $by.fails.Succeeded | Should -BeExactly @('KeyError', "in fails`n", $false)
        $by.late.Error.Name, $by.late.StandardOutput, $by.late.Succeeded | Should -BeExactly @('E2BTimeoutException', "in late`n", $false)
        $by.gone.Error.Name, $by.gone.Succeeded | Should -BeExactly @('SandboxNotFoundException', $false)

        # What is no failure of the code is an error besides, which names the sandbox too.
        $failed | ForEach-Object { "$($name["$($_.TargetObject)"]) $($_.FullyQualifiedErrorId -replace ',.*')" } | Sort-Object |
            Should -BeExactly @('gone E2BSandboxNotFound', 'late E2BCodeTimeout')
    }

    It 'of commands, in the same way' {
        $script = 'name=$(cat /tmp/name); echo "in $name"; case $name in fails) echo why >&2; exit 7;; late) exec sleep 600;; esac'
        $took = [Diagnostics.Stopwatch]::StartNew()

        $results = $fleet | Invoke-E2BCommand $script -TimeoutSec 10 -PassThru -ErrorVariable failed -ErrorAction SilentlyContinue

        $took.Elapsed.TotalSeconds | Should -BeLessThan 60
        $results | Should -BeOfType ([E2B.CommandResult])
        $results.SandboxId | Sort-Object | Should -BeExactly @($fleet.SandboxId | Sort-Object)
        $by = @{}
        $results | ForEach-Object { $by[$name[$_.SandboxId]] = $_ }
        $by.well.ExitCode, $by.well.StandardOutput, $by.well.Succeeded | Should -BeExactly @(0, "in well`n", $true)
        $by.fails.ExitCode, $by.fails.StandardError | Should -BeExactly @(7, "why`n")
        $by.late.ExitCode, $by.late.StandardOutput | Should -BeExactly @(124, "in late`n")
        $by.late.Error | Should -Match '10 s'
        $by.gone.ExitCode, $by.gone.Succeeded | Should -BeExactly @(-1, $false)
        $by.gone.Error | Should -Match $fleet[3].SandboxId
        $failed | ForEach-Object { "$($name["$($_.TargetObject)"]) $($_.FullyQualifiedErrorId -replace ',.*')" } | Sort-Object |
            Should -BeExactly @('gone E2BSandboxNotFound', 'late E2BCommandTimeout')
        $LASTEXITCODE | Should -Be 7 -Because 'it is the first in the order of the sandboxes'
    }

    It 'also where it is only one, and in a job' {
        $result = Invoke-E2BCommand $fleet[0] 'echo so far; exec sleep 600' -TimeoutSec 1 -PassThru -ErrorAction SilentlyContinue
        $result.ExitCode, $result.StandardOutput | Should -BeExactly @(124, "so far`n")
        $job = Invoke-E2BCode $fleet[0] "print('so far', flush=True)`nimport time`ntime.sleep(600)" -TimeoutSec 1 -PassThru -AsJob
        (Wait-Job $job -Timeout 60 | Receive-Job -ErrorAction SilentlyContinue).StandardOutput | Should -BeExactly "so far`n"
        $job.State | Should -Be 'Failed'
        Remove-Job $job
    }
}

Describe 'Thirty-two sandboxes' {
    It 'run code at once' {
        $fleet = New-E2BSandbox code-interpreter-v1 -Count 32 -Metadata @{ fleet = 'of 32' } -RequestTimeoutSec 600 -ErrorAction Stop
        try {
            @($fleet.SandboxId | Sort-Object -Unique).Count | Should -Be 32

            # Each waits until all have begun, by a file that comes when the last has said so: so they do run at once.
            $begun = [Collections.Concurrent.ConcurrentDictionary[string, bool]]::new()
            $opened = $false
            $script = 'import os, time', 'print("begun", flush=True)', 'while not os.path.exists("/tmp/go"): time.sleep(0.05)',
            'total = sum(range(100_000))', 'print(os.environ["E2B_SANDBOX_ID"], total)' -join "`n"
            $lines = Get-E2BSandbox -Managed -Template code-interpreter-v1 | Invoke-E2BCode $script -TimeoutSec 300 -ErrorAction Stop | ForEach-Object {
                if ("$_" -ne 'begun') { return "$_" }
                $begun[$_.SandboxId] = $true
                if ($begun.Count -eq 32 -and -not $opened) {
                    $opened = $true
                    $null = $fleet | Start-E2BProcess 'touch /tmp/go'
                }
            }

            $opened | Should -BeTrue
            $lines | Sort-Object | Should -BeExactly @($fleet.SandboxId | ForEach-Object { "$_ 4999950000" } | Sort-Object)

            # Variables stay apart: each kernel has its own.
            $fleet | Invoke-E2BCode 'mine = os.environ["E2B_SANDBOX_ID"]' -TimeoutSec 300
            ($fleet | Invoke-E2BCode 'mine' -TimeoutSec 300 -PassThru | Where-Object { $_.Text -eq $_.SandboxId }).Count | Should -Be 32
        }
        finally { Get-E2BSandbox -Metadata @{ fleet = 'of 32' } | Remove-E2BSandbox }
    }
}

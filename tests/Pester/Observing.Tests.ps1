# What the service measured of sandboxes, and wrote down of them.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $sandbox = New-E2BSandbox -TimeoutSec 1200

    # A cmdlet that goes on, in a runspace of its own. Its output is read by index: to enumerate it waits for its end.
    function Open-Following([string] $Command) {
        $shell = [powershell]::Create().AddScript("Import-Module '$module'; $Command")
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        [pscustomobject]@{ Shell = $shell; Output = $output; Running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output) }
    }
    function Get-Followed($Following) { for ($i = 0; $i -lt $Following.Output.Count; $i++) { $Following.Output[$i] } }
    function Assert-StopsSoon($Following) {
        Wait-Until { $Following.Output.Count -gt 0 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $Following.Shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
        $Following.Running.IsCompleted | Should -BeTrue
        $Following.Shell.Dispose()
    }
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Get-E2BSandboxMetric' {
    It 'gives typed samples, the first one right after the create' {
        $fresh = New-E2BSandbox
        try {
            $sample = Get-E2BSandboxMetric $fresh | Select-Object -First 1
            $sample | Should -BeOfType ([E2B.SandboxMetric])
            $sample.SandboxId | Should -BeExactly $fresh.SandboxId
            $sample.CpuCount | Should -Be 2
            $sample.MemoryTotal | Should -Be 512MB
            $sample.MemoryUsed | Should -BeGreaterThan 1MB
            $sample.DiskTotal | Should -BeGreaterThan $sample.DiskUsed
            $sample.Timestamp.Offset | Should -Be ([TimeSpan]::Zero)
            ([DateTimeOffset]::Now - $sample.Timestamp).TotalSeconds | Should -BeLessThan 60
            ($sample | Out-String) | Should -Match "$($fresh.SandboxId)\s+\d+\.\d %\s+2\s+\d+/512 MiB\s+\d+/\d+ MiB"
        }
        finally { Remove-E2BSandbox $fresh }
    }

    It 'sees burnt processor time, memory and disk that are taken, and follows until the sandbox is gone' {
        $busy = New-E2BSandbox -TimeoutSec 300
        try {
            $before = Get-E2BSandboxMetric $busy -Latest
            $null = Start-E2BProcess $busy 'python3 -c "x = b''x'' * (200 << 20); open(''/tmp/big'', ''wb'').write(b''x'' * (30 << 20)); exec(''while 1: pass'')"'

            # The sandbox's lifetime limits how long this waits. A busy machine gives it little of its processors.
            $seen = Get-E2BSandboxMetric $busy -Follow |
                Where-Object { $_.CpuUsedPercent -gt 4 -and $_.MemoryUsed - $before.MemoryUsed -gt 190MB -and $_.DiskUsed - $before.DiskUsed -ge 29MB } |
                Select-Object -First 1
            $seen.CpuUsedPercent | Should -BeLessOrEqual 100
            $seen.MemoryUsedPercent | Should -BeGreaterThan 37
            $seen.MemoryUsed | Should -BeLessThan $seen.MemoryTotal
        }
        finally { Remove-E2BSandbox $busy }

        # The samples of one that has ended are still there; the service knows it no more.
        (Get-E2BSandboxMetric $busy.SandboxId | Measure-Object CpuUsedPercent -Maximum).Maximum | Should -BeGreaterThan 4
        Get-E2BSandboxMetric $busy -Follow | Select-Object -Last 1 -ExpandProperty SandboxId | Should -Be $busy.SandboxId
    }

    It 'heeds -Start and -End: <Name>' -ForEach @(
        @{ Name = 'ago'; Arguments = @{ Start = '1h' }; Some = $true }
        @{ Name = 'a TimeSpan'; Arguments = @{ Start = [TimeSpan]'01:00:00'; End = '0s' }; Some = $true }
        @{ Name = 'a date'; Arguments = @{ Start = (Get-Date).AddHours(-1); End = (Get-Date).AddMinutes(10).ToUniversalTime() }; Some = $true }
        @{ Name = 'text'; Arguments = @{ End = (Get-Date).AddHours(-1).ToString('yyyy-MM-dd HH:mm:ss') }; Some = $false }
        @{ Name = 'an offset'; Arguments = @{ Start = [DateTimeOffset]::UtcNow.AddMinutes(30).ToOffset('05:00') }; Some = $false }
    ) {
        [bool] (Get-E2BSandboxMetric $sandbox @Arguments -ErrorAction Stop) | Should -Be $Some
    }

    It 'refuses what is no moment, and an end before the start' {
        { Get-E2BSandboxMetric $sandbox -Start soon } | Should -Throw '*is no moment*90s*'
        { Get-E2BSandboxMetric $sandbox -Start 1d } | Should -Throw '*in quotes*' -Because 'PowerShell reads 1d as the number 1'
        (Get-E2BSandboxMetric $sandbox -Start 900s).Count | Should -BeGreaterThan 0
        { Get-E2BSandboxMetric $sandbox -Start 1m -End 2m } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'takes the default sandbox, ids, objects and a pipeline, and nothing of an empty one' {
        (Get-E2BSandbox -Id $sandbox.SandboxId | Get-E2BSandboxMetric -Latest).SandboxId | Should -Be $sandbox.SandboxId
        ($sandbox.SandboxId | Get-E2BSandboxMetric -Latest).SandboxId | Should -Be $sandbox.SandboxId
        Set-E2BDefault -Sandbox $sandbox
        try { (Get-E2BSandboxMetric -Latest).SandboxId | Should -Be $sandbox.SandboxId }
        finally { Set-E2BDefault -Sandbox $null }
        @() | Get-E2BSandboxMetric | Should -BeNullOrEmpty
        { Get-E2BSandboxMetric } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Get-E2BSandboxMetric $null } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }

    It 'tells of a sandbox that nobody knows, beside those that are known: <Name>' -ForEach @(
        @{ Name = 'all'; Arguments = @{} }, @{ Name = 'latest'; Arguments = @{ Latest = $true } }, @{ Name = 'follow'; Arguments = @{ Follow = $true } }
    ) {
        Get-E2BSandboxMetric inobody @Arguments -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSandboxNotFound,*'
        $problem.TargetObject | Should -Be 'inobody'
        if ($Name -ne 'follow') {
            (Get-E2BSandboxMetric inobody, $sandbox.SandboxId @Arguments -ErrorAction SilentlyContinue).SandboxId | Sort-Object -Unique | Should -Be $sandbox.SandboxId
        }
    }

    It 'stops following within 2 s when nobody listens' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Get-E2BSandboxMetric $sandbox -Follow | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        Assert-StopsSoon (Open-Following "Get-E2BSandboxMetric $($sandbox.SandboxId) -Follow")
    }

    It 'draws a chart of what was measured, as wide as asked' {
        $chart = Get-E2BSandboxMetric $sandbox -Chart
        $chart.SandboxId | Should -Be $sandbox.SandboxId
        $lines = $chart.Draw(40, $false)
        $lines[0] | Should -BeLike "$($sandbox.SandboxId)  2 CPU, 512 MiB, $($chart.Samples.Count) samples"
        $lines | ForEach-Object Length | Measure-Object -Maximum | ForEach-Object Maximum | Should -BeLessOrEqual 60
        ($lines[1..8] | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 40
        $lines[-1] | Should -BeLike "Memory now $([math]::Round($chart.Samples[-1].MemoryUsed / 1MB)) MiB*"
        ($chart | Out-String) | Should -Match '(?m)^ +512 MiB[│|]'
        Get-E2BSandboxMetric $sandbox -Chart -Start (Get-Date).AddHours(1) | Should -BeNullOrEmpty
    }

    It 'shows a chart as plain text where the output is redirected' {
        $text = Invoke-Fresh "Import-Module '$module'; Get-E2BSandboxMetric $($sandbox.SandboxId) -Chart; Get-E2BSandboxLog $($sandbox.SandboxId) -Tail 1 | Format-Table"
        $text -join "`n" | Should -Match "$($sandbox.SandboxId)  2 CPU, 512 MiB"
        ($text -match '^ +100 %').Count | Should -Be 1
        @($text -match "^( *0| {9})[│|].*`e").Count | Should -Be 0
    }
}

Describe 'Get-E2BSandboxLog' {
    BeforeAll {
        $marks = 1..5 | ForEach-Object { "mark-$_-$(Get-Random)" }
        $marks | ForEach-Object { Invoke-E2BCommand $sandbox "true $_" }
        Invoke-E2BCommand $sandbox 'exit 7' -ErrorAction SilentlyContinue
        Wait-Until { (Get-E2BSandboxLog $sandbox -Tail 1).Fields['exit_code'] -eq '7' }
    }

    It 'gives typed records in order: of each command its start and its end' {
        $log = Get-E2BSandboxLog $sandbox
        $log[0] | Should -BeOfType ([E2B.SandboxLogEntry])
        $log.SandboxId | Sort-Object -Unique | Should -Be $sandbox.SandboxId
        ($log | Sort-Object Timestamp -Stable).Message | Should -Be $log.Message
        $starts = $log | Where-Object { $_.Fields['event_type'] -eq 'process_start' -and $_.Fields['command'] -match 'mark-\d-\d+' }
        $starts | ForEach-Object { [regex]::Match($_.Fields['command'], 'mark-\d-\d+').Value } | Should -Be $marks
        $ended = $log | Where-Object Message -eq "Process with pid $($starts[0].Fields['pid']) ended"
        $ended.Fields['exit_code'] | Should -Be '0'
        $ended.Timestamp | Should -BeGreaterOrEqual $starts[0].Timestamp
        $log[-1].Level | Should -Be 'Info'
        ($log[-1] | Out-String) | Should -Match "Info\s+$($sandbox.SandboxId)\s+Process with pid"
    }

    It 'gives the newest of it with -Tail, still in order' {
        $log = Get-E2BSandboxLog $sandbox
        (Get-E2BSandboxLog $sandbox -Tail 3).Message | Should -Be $log[-3..-1].Message
        (Get-E2BSandboxLog $sandbox -Newest 1).Timestamp | Should -Be $log[-1].Timestamp
        Get-E2BSandboxLog $sandbox -Tail 0 | Should -BeNullOrEmpty
    }

    It 'heeds -Level, -Search and -Since' {
        $log = Get-E2BSandboxLog $sandbox
        @($log.Level -eq 'Debug').Count | Should -BeGreaterThan 0
        (Get-E2BSandboxLog $sandbox -Level Info).Message | Should -Be @($log | Where-Object Level -ne 'Debug').Message
        (Get-E2BSandboxLog $sandbox -Level Error -ErrorAction Stop) | Should -BeNullOrEmpty
        (Get-E2BSandboxLog $sandbox -Search ' ended').Message | Should -Be ($log.Message -clike '* ended*')
        Get-E2BSandboxLog $sandbox -Search ' ENDED' -ErrorAction Stop | Should -BeNullOrEmpty -Because 'capitals count'
        $middle = $log[[math]::Floor($log.Count / 2)]
        (Get-E2BSandboxLog $sandbox -Since $middle.Timestamp).Message | Should -Be $log.Where({ $_.Timestamp -ge $middle.Timestamp }).Message
        (Get-E2BSandboxLog $sandbox -Since '1d').Count | Should -Be $log.Count
    }

    It 'follows: what is there, what comes, and ends with the sandbox' {
        $other = New-E2BSandbox
        $following = Open-Following "Get-E2BSandboxLog $($other.SandboxId) -Follow"
        try {
            Wait-Until { (Get-Followed $following).Message -contains 'Sandbox created' }
            Invoke-E2BCommand $other 'true new-entry'
            Wait-Until { (Get-Followed $following).Where({ $_.Fields['command'] -like '*new-entry*' }).Count -eq 1 }
        }
        finally { Remove-E2BSandbox $other }
        Wait-Until { $following.Running.IsCompleted }
        $following.Shell.Streams.Error | Should -BeNullOrEmpty
        (Get-Followed $following).Message | Should -Be (Get-E2BSandboxLog $other).Message -Because 'each entry came once, also the last ones'
        $following.Shell.Dispose()
    }

    It 'begins with the newest when it follows with -Tail, and stops within 2 s' {
        $newest = Get-E2BSandboxLog $sandbox -Tail 2
        (Get-E2BSandboxLog $sandbox -Follow -Tail 2 | Select-Object -First 2).Message | Should -Be $newest.Message
        Assert-StopsSoon (Open-Following "Get-E2BSandboxLog $($sandbox.SandboxId) -Follow")
    }

    It 'reads several sandboxes, ended ones too, and tells of those that nobody knows' {
        $other = New-E2BSandbox
        Remove-E2BSandbox $other
        $log = $sandbox, $other | Get-E2BSandboxLog -ErrorAction Stop
        $log.SandboxId | Sort-Object -Unique | Should -Be @($sandbox.SandboxId, $other.SandboxId | Sort-Object)
        Get-E2BSandboxLog $other -Search nothing-like-it -ErrorAction Stop | Should -BeNullOrEmpty
        foreach ($more in @{}, @{ Follow = $true }, @{ Tail = 1 }) {
            Get-E2BSandboxLog inobody @more -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
            $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSandboxNotFound,*'
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/CuttingProxy.ps1"
    $sandbox = New-E2BSandbox
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $none = [Threading.CancellationToken]::None

    # The agent of a sandbox, among all processes of this machine: it is in the same control group as what runs there.
    function Get-Agent([E2B.Sandbox] $Sandbox) {
        $mark = "$(Get-Random -Minimum 100000 -Maximum 999999)"
        $sleeping = Start-E2BProcess $Sandbox "exec sleep 4000.$mark"
        try {
            $found = @{}
            Wait-Until {
                $found.Process = Get-Process -Name sleep -ErrorAction SilentlyContinue |
                    Where-Object { "$(Get-Content "/proc/$($_.Id)/cmdline" -ErrorAction SilentlyContinue)" -like "*4000.$mark*" }
                $found.Process
            }
            $group = Get-Content "/proc/$($found.Process.Id)/cgroup" -Raw
            Get-Process -Name dotnet | Where-Object { (Get-Content "/proc/$($_.Id)/cgroup" -Raw -ErrorAction SilentlyContinue) -eq $group }
        }
        finally { Stop-E2BProcess $sleeping }
    }

    # How many directories are being watched there.
    function Get-WatchCount([Diagnostics.Process] $Agent) {
        @(Get-ChildItem "/proc/$($Agent.Id)/fd" -ErrorAction SilentlyContinue | Where-Object LinkTarget -like '*inotify*').Count
    }

    # A directory of the test's own.
    function New-Watched { $path = "/tmp/watched-$(Get-Random)"; Invoke-E2BCommand $sandbox "mkdir -m 777 $path"; $path }
    $agent = Get-Agent $sandbox
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Watch-E2BDirectory' {
    BeforeEach { $path = New-Watched }
    AfterEach { Get-Job | Remove-Job -Force }

    It 'gives what happens as typed objects, in its order' {
        $job = Watch-E2BDirectory $sandbox $path -AsJob
        Invoke-E2BCommand $sandbox "cd $path; echo a > x; mv x y; chmod 600 y; mkdir d; rm y"
        Wait-Until { $job.Output.Count -ge 7 }
        $events = Receive-Job $job
        $events | ForEach-Object { "$($_.Type) $($_.Name)" } |
            Should -BeExactly @('Create x', 'Write x', 'Rename x', 'Create y', 'Chmod y', 'Create d', 'Remove y')
        $events[0] | Should -BeOfType ([E2B.SandboxFileEvent])
        $events[0].Path | Should -BeExactly "$path/x"
        $events[0].SandboxId | Should -BeExactly $sandbox.SandboxId
        $events[0].Entry | Should -BeNullOrEmpty
        ([DateTimeOffset]::Now - $events[0].Time).TotalSeconds | Should -BeLessThan 20
        ($events | Out-String) | Should -Match "Create\s+$path/x"
    }

    It 'sees each of 10,000 new files of a flat directory exactly once' {
        $job = Watch-E2BDirectory $sandbox $path -EventType Create -AsJob
        Invoke-E2BCommand $sandbox "cd $path; for i in `$(seq 10000); do : > f`$i; done; : > last"
        Wait-Until { $job.Output.Count -ge 10001 }
        $names = (Receive-Job $job).Name
        $names | Should -BeExactly (@(1..10000 | ForEach-Object { "f$_" }) + 'last')
        $job.Warning | Should -BeNullOrEmpty
    }

    It 'misses nothing of a tree that grows, with -Recurse' {
        $job = Watch-E2BDirectory $sandbox $path -Recurse -EventType Create -AsJob
        $made = Invoke-E2BCommand $sandbox "cd $path; for i in `$(seq 100); do mkdir -p a`$i/b/c; : > a`$i/1; : > a`$i/b/2; : > a`$i/b/c/3; done; mkdir 'a1/last'; find . -mindepth 1"
        Wait-Until { $job.Output.Count -gt 0 -and $job.Output.Where({ $_.Name -eq 'a1/last' }).Count }
        $seen = (Receive-Job $job).Name | Sort-Object -Unique
        $seen | Should -BeExactly (@($made | ForEach-Object { $_.Substring(2) }) | Sort-Object -Unique)
        $made.Count | Should -Be 601
    }

    It 'does not look below the directory without -Recurse' {
        Invoke-E2BCommand $sandbox "mkdir $path/d"
        $job = Watch-E2BDirectory $sandbox $path -AsJob
        Invoke-E2BCommand $sandbox "touch $path/d/deep; mkdir $path/flat"
        Wait-Until { $job.Output.Count -gt 0 }
        (Receive-Job $job).Name | Should -BeExactly 'flat'
    }

    It 'gives only what -Filter and -EventType ask for' {
        $job = Watch-E2BDirectory $sandbox $path -Recurse -Filter '*.txt', 'END' -EventType Create, Remove -AsJob
        Invoke-E2BCommand $sandbox "cd $path; mkdir d; echo a > d/a.txt; echo b > b.csv; echo c > c.TXT; mkdir end; rm d/a.txt; mkdir END"
        Wait-Until { $job.Output.Count -gt 0 -and $job.Output[-1].Name -eq 'END' }
        Receive-Job $job | ForEach-Object { "$($_.Type) $($_.Name)" } | Select-Object -Unique |
            Should -BeExactly @('Create d/a.txt', 'Remove d/a.txt', 'Create END')
    }

    It 'gives the entry with -IncludeEntry' {
        $job = Watch-E2BDirectory $sandbox $path -IncludeEntry -AsJob
        Invoke-E2BCommand $sandbox "mkdir $path/d"
        Wait-Until { $job.Output.Count -ge 1 }
        Invoke-E2BCommand $sandbox "rmdir $path/d"
        Wait-Until { $job.Output.Count -ge 2 }
        $made, $removed = Receive-Job $job
        $made.Entry.Type | Should -Be 'Directory'
        $made.Entry.Path | Should -BeExactly "$path/d"
        $removed.Entry | Should -BeNullOrEmpty
    }

    It 'starts a relative path at the home of the user' {
        Invoke-E2BCommand $sandbox 'mkdir /root/of-root' -User root
        $job = Watch-E2BDirectory $sandbox of-root -User root -AsJob
        Invoke-E2BCommand $sandbox 'mkdir /root/of-root/d' -User root
        Wait-Until { $job.Output.Count -gt 0 }
        (Receive-Job $job).Path | Should -BeExactly '/root/of-root/d'
    }

    It 'works on the default sandbox, on an id and on piped sandboxes' {
        Set-E2BDefault -Sandbox $sandbox
        try {
            Watch-E2BDirectory $path -TimeoutSec 1 -ErrorAction Stop | Should -BeNullOrEmpty
        }
        finally { Set-E2BDefault -Sandbox $null }
        Watch-E2BDirectory $sandbox.SandboxId $path -TimeoutSec 1 -ErrorAction Stop | Should -BeNullOrEmpty
        $sandbox | Watch-E2BDirectory -Path $path -TimeoutSec 1 -ErrorAction Stop | Should -BeNullOrEmpty
        { 'x' | Watch-E2BDirectory $sandbox $path -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotASandbox,*'
        { Watch-E2BDirectory $sandbox 'C:\x' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        { Watch-E2BDirectory -Sandbox $sandbox } | Should -Throw -ErrorId 'E2BNoPath,*'
    }

    It 'watches several sandboxes at once, however few are begun at a time' {
        $other = New-E2BSandbox
        try {
            Invoke-E2BCommand $other "mkdir $path"
            $job = $sandbox, $other | Watch-E2BDirectory -Path $path -ThrottleLimit 1 -AsJob
            $sandbox, $other | Invoke-E2BCommand "mkdir $path/d"
            Wait-Until { $job.Output.Count -ge 2 }
            (Receive-Job $job).SandboxId | Sort-Object | Should -BeExactly (@($sandbox.SandboxId, $other.SandboxId) | Sort-Object)
        }
        finally { Remove-E2BSandbox $other }
    }

    It 'says what cannot be watched' {
        { Watch-E2BDirectory $sandbox /not/there -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
        { Watch-E2BDirectory $sandbox /etc/passwd -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Watch-E2BDirectory $sandbox /tmp -User nobody-here -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUserNotFound,*'
        $job = Watch-E2BDirectory $sandbox /not/there -AsJob | Wait-Job -Timeout 10
        $job.State | Should -Be 'Failed'
        $job.Error[0].FullyQualifiedErrorId | Should -BeLike 'E2BFileNotFound*'
    }
}

Describe 'The end of a watch' {
    BeforeEach {
        $path = New-Watched
        $before = Get-WatchCount $agent
    }
    AfterEach { Get-Job | Remove-Job -Force }

    It 'comes with -TimeoutSec, without an error' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Watch-E2BDirectory $sandbox $path -TimeoutSec 1 -ErrorAction Stop -WarningVariable warnings | Should -BeNullOrEmpty
        $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 0.9
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        $warnings | Should -BeNullOrEmpty
        Wait-Until { (Get-WatchCount $agent) -eq $before }
    }

    It 'comes with the removal of the directory, without an error' {
        $job = Watch-E2BDirectory $sandbox $path -AsJob
        Invoke-E2BCommand $sandbox "rmdir $path"
        $job | Wait-Job -Timeout 10 | Should -Not -BeNullOrEmpty
        $job.State | Should -Be 'Completed'
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Wait-Until { (Get-WatchCount $agent) -eq $before }
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 1
        $last = Receive-Job $job | Select-Object -Last 1
        $last.Type | Should -Be 'Remove'
        $last.Path | Should -BeExactly $path
    }

    It 'comes with the move of the directory' {
        $job = Watch-E2BDirectory $sandbox $path -AsJob
        Invoke-E2BCommand $sandbox "mv $path $path-moved"
        $job | Wait-Job -Timeout 10 | Should -Not -BeNullOrEmpty
        (Receive-Job $job | Select-Object -Last 1).Type | Should -Be 'Rename'
    }

    It 'comes with Select-Object -First, in the sandbox too' {
        Start-E2BProcess $sandbox "while [ -d $path ]; do : > $path/f`$RANDOM; sleep 0.05; done" | Out-Null
        $one = Watch-E2BDirectory $sandbox $path | Select-Object -First 1
        $one | Should -BeOfType ([E2B.SandboxFileEvent])
        Invoke-E2BCommand $sandbox "rm -rf $path"
        Wait-Until { (Get-WatchCount $agent) -eq $before }
    }

    It 'comes with Ctrl+C within 2 s, in the sandbox too' {
        $pipeline = [PowerShell]::Create()
        try {
            $null = $pipeline.AddScript({ param($module, $sandbox, $path) Import-Module $module; Watch-E2BDirectory $sandbox $path }).
                AddArgument($module).AddArgument($sandbox).AddArgument($path)
            $null = $pipeline.BeginInvoke()
            Wait-Until { (Get-WatchCount $agent) -gt $before }
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 2
            Wait-Until { (Get-WatchCount $agent) -eq $before }
        }
        finally { $pipeline.Dispose() }
    }

    It 'comes with Stop-Job, in the sandbox too' {
        $job = Watch-E2BDirectory $sandbox $path -AsJob -JobName watching
        Get-WatchCount $agent | Should -Be ($before + 1)
        Get-Job watching | Stop-Job
        $job.State | Should -Be 'Stopped'
        Wait-Until { (Get-WatchCount $agent) -eq $before }
    }

    It 'comes with the sandbox, as an error' {
        $gone = New-E2BSandbox
        $job = Watch-E2BDirectory $gone /tmp -AsJob
        Remove-E2BSandbox $gone
        $job | Wait-Job -Timeout 40 | Should -Not -BeNullOrEmpty
        $job.State | Should -Be 'Failed'
        $job.Error[0].FullyQualifiedErrorId | Should -Match '^E2B(SandboxEnded|SandboxNotFound)'
    }
}

Describe 'A watch as a job' {
    BeforeEach { $path = New-Watched }
    AfterEach { Get-Job | Remove-Job -Force }

    It 'tells with Receive-Job what has happened since the last look' {
        $job = Watch-E2BDirectory $sandbox $path -EventType Create -AsJob
        Receive-Job $job | Should -BeNullOrEmpty
        Invoke-E2BCommand $sandbox "mkdir $path/one $path/two"
        Wait-Until { $job.Output.Count -ge 2 }
        (Receive-Job $job).Name | Should -BeExactly @('one', 'two')
        Receive-Job $job | Should -BeNullOrEmpty
        Invoke-E2BCommand $sandbox "mkdir $path/three"
        Wait-Until { $job.Output.Count -ge 1 }
        (Receive-Job $job).Name | Should -BeExactly 'three'
        $job.State | Should -Be 'Running'
    }

    It 'is handed out when changes are seen: none is missed however soon it comes' {
        foreach ($round in 1..20) {
            $job = Watch-E2BDirectory $sandbox $path -AsJob
            $null = $sandbox.Files.MakeDirectoryAsync("$path/r$round", $null, $none).GetAwaiter().GetResult()
            Wait-Until { $job.Output.Count -ge 1 }
            $job.Output[0].Name | Should -BeExactly "r$round"
            Remove-Job $job -Force
        }
    }
}

Describe 'Events that are missing' {
    BeforeEach { $path = New-Watched }

    It 'are told of after a dropped connection, and the watch goes on' {
        $proxy = [CuttingProxy]::new(([uri]$env:E2B_SANDBOX_URL).Port)
        $connection = Connect-E2B -ApiKey $env:E2B_API_KEY -ApiUrl $env:E2B_API_URL -SandboxUrl $proxy.Url -PassThru
        Disconnect-E2B
        try {
            $job = Watch-E2BDirectory $sandbox.SandboxId $path -Connection $connection -EventType Create -AsJob
            Invoke-E2BCommand $sandbox "mkdir $path/before"
            Wait-Until { $job.Output.Count -ge 1 }
            $proxy.Cut()
            Wait-Until { $job.Output.Count -ge 2 }
            Invoke-E2BCommand $sandbox "mkdir $path/after"
            Wait-Until { $job.Output.Count -ge 3 }
            Receive-Job $job -WarningVariable warnings -WarningAction SilentlyContinue | ForEach-Object { "$($_.Type) $($_.Path)" } |
                Should -BeExactly @("Create $path/before", "Gap $path", "Create $path/after")
            "$warnings" | Should -BeLike "*was lost*may be missing*"
            $job.State | Should -Be 'Running'
        }
        finally {
            Get-Job | Remove-Job -Force
            $proxy.Dispose()
        }
    }

    It 'are told of when more happens than can be queued, and the watch goes on' {
        $held = [Threading.ManualResetEventSlim]::new()
        $pipeline = [PowerShell]::Create()
        try {
            # A reader that stops at the first event until it is let go.
            $null = $pipeline.AddScript({
                    param($module, $sandbox, $path, $held)
                    Import-Module $module
                    Watch-E2BDirectory $sandbox $path -EventType Write, Create |
                        ForEach-Object { $held.Wait(); if ($_.Type -eq 'Overflow' -or $_.Name -eq 'after') { $_ } }
                }).AddArgument($module).AddArgument($sandbox).AddArgument($path).AddArgument($held)
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $before = Get-WatchCount $agent
            $null = $pipeline.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
            Wait-Until { (Get-WatchCount $agent) -gt $before }

            # Long names, and two files in turn, so that nothing is put together and every buffer on the way fills.
            Invoke-E2BCommand $sandbox "cd $path; n=`$(printf 'x%.0s' {1..240}); for i in {1..70000}; do echo > a`$n; echo > b`$n; done"
            $held.Set()
            Wait-Until { $output.Count -ge 1 }
            $output[0].Type | Should -Be 'Overflow'
            "$($pipeline.Streams.Warning)" | Should -BeLike '*more happened*events are missing*'
            Invoke-E2BCommand $sandbox "mkdir $path/after"
            Wait-Until { $output.Count -ge 2 -and $output[-1].Name -eq 'after' }
        }
        finally {
            $held.Set()
            $pipeline.Stop()
            $pipeline.Dispose()
            $held.Dispose()
        }
    }
}

Describe 'A watch of E2B.Core' {
    BeforeEach { $path = New-Watched }

    It 'collects events until it is asked, and is gone from the sandbox when it is stopped' {
        $before = Get-WatchCount $agent
        $options = [E2B.WatchOptions]::new()
        $options.Recursive = $true
        $watcher = $sandbox.Files.CreateWatcherAsync($path, $options, $none).GetAwaiter().GetResult()
        $watcher.GetNewEventsAsync($none).GetAwaiter().GetResult() | Should -BeNullOrEmpty
        Invoke-E2BCommand $sandbox "mkdir -p $path/d; touch $path/d/x"
        $seen = [Collections.Generic.List[E2B.SandboxFileEvent]]::new()
        Wait-Until {
            $seen.AddRange($watcher.GetNewEventsAsync($none).GetAwaiter().GetResult())
            $seen.Path -contains "$path/d/x"
        }
        $seen[0].Path | Should -BeExactly "$path/d"
        Get-WatchCount $agent | Should -Be ($before + 1)
        $watcher.StopAsync($none).GetAwaiter().GetResult() | Should -BeTrue
        $watcher.StopAsync($none).GetAwaiter().GetResult() | Should -BeFalse
        Get-WatchCount $agent | Should -Be $before
    }

    It 'says that its queue was full when it was not asked for too long' {
        $watcher = $sandbox.Files.CreateWatcherAsync($path, $null, $none).GetAwaiter().GetResult()
        Invoke-E2BCommand $sandbox "cd $path; for i in {1..40000}; do echo > a; echo > b; done"
        $seen = [Collections.Generic.List[E2B.SandboxFileEvent]]::new()
        Wait-Until {
            $seen.AddRange($watcher.GetNewEventsAsync($none).GetAwaiter().GetResult())
            $seen.Count -gt 0 -and $seen[-1].Type -eq 'Overflow'
        }
        Invoke-E2BCommand $sandbox "mkdir $path/after"
        Wait-Until {
            $seen.AddRange($watcher.GetNewEventsAsync($none).GetAwaiter().GetResult())
            $seen[-1].Name -eq 'after'
        }
        Invoke-E2BCommand $sandbox "rm -rf $path"
        Wait-Until {
            $seen.AddRange($watcher.GetNewEventsAsync($none).GetAwaiter().GetResult())
            $watcher.IsEnded
        }
        $watcher.DisposeAsync().AsTask().GetAwaiter().GetResult()
    }
}

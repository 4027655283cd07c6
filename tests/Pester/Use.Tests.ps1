# A block with a sandbox of its own: that its output streams, and that the sandbox never stays, looked for on the server.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    function Get-Left { @(Get-E2BSandbox -Metadata @{ suite = 'use' } -State All).Count }
    $label = @{ suite = 'use' }
}

AfterAll { Get-E2BSandbox -Metadata @{ suite = 'use' } -State All | Remove-E2BSandbox }

Describe 'Use-E2BSandbox' {
    AfterEach {
        Get-Left | Should -Be 0 -Because 'no block leaves its sandbox'
        (Get-E2BDefault).Sandbox | Should -BeNullOrEmpty
    }

    It 'gives the block a sandbox: as its argument, as $_, and as the default' {
        $seen = Use-E2BSandbox { param($sbx) $sbx.SandboxId; $_.SandboxId; (Get-E2BDefault).Sandbox.SandboxId; Invoke-E2BCommand 'echo here' } -Metadata $label
        $seen | Should -HaveCount 4
        $seen[0] | Should -Match '^[a-z0-9]+$'
        $seen[1, 2] | Should -Be @($seen[0], $seen[0])
        $seen[3] | Should -Be 'here'
        (Use-E2BSandbox { $args[0].SandboxId } -Metadata $label) | Should -Match '^[a-z0-9]+$'
    }

    It 'makes it as it is told, and as the defaults say' {
        Set-E2BDefault -Environment @{ FIRST = 'a' }
        try {
            $seen = Use-E2BSandbox -Template base -TimeoutSec 77 -Metadata $label -Environment @{ SECOND = 'b' } -KeepAlive:$false {
                param($sbx)
                (Get-E2BSandbox $sbx.SandboxId).TimeLeft.TotalSeconds
                Invoke-E2BCommand 'echo $FIRST$SECOND'
            }
            $seen[0] | Should -BeGreaterThan 30
            $seen[0] | Should -BeLessOrEqual 77
            $seen[1] | Should -Be 'ab'
        }
        finally { Set-E2BDefault -Environment $null }
    }

    It 'takes what New-E2BSandbox takes' {
        $missing = (Get-Command New-E2BSandbox).Parameters.Keys | Where-Object { $_ -notin (Get-Command Use-E2BSandbox).Parameters.Keys }
        $missing | Sort-Object | Should -Be @('AllowPartial', 'AsDefault', 'AutoResume', 'Confirm', 'Count', 'KeepMemory', 'OnTimeout', 'ThrottleLimit', 'WhatIf')
        Use-E2BSandbox -NoInternet -Metadata $label { $_.GetInfoAsync().GetAwaiter().GetResult().AllowInternetAccess } | Should -BeExactly $false
    }

    It 'passes each record on as it comes' {
        $order = [Collections.Generic.List[string]]::new()
        Use-E2BSandbox -Metadata $label { 1..3 | ForEach-Object { $order.Add("made $_"); $_ } } | ForEach-Object { $order.Add("got $_") }
        $order | Should -Be @('made 1', 'got 1', 'made 2', 'got 2', 'made 3', 'got 3')
    }

    It 'passes on what a command in the sandbox writes while it still runs' {
        $first = Use-E2BSandbox -Metadata $label { Invoke-E2BCommand 'echo first; sleep 600' } | Select-Object -First 1
        $first | Should -Be 'first'
    }

    It 'passes on the other streams' {
        $ErrorActionPreference = 'Continue'
        $all = Use-E2BSandbox -Metadata $label { 'out'; Write-Warning w; Write-Verbose v -Verbose; Write-Host h; Write-Error e } *>&1
        ($all | ForEach-Object { $_.GetType().Name }) | Should -Be @('String', 'WarningRecord', 'VerboseRecord', 'InformationRecord', 'ErrorRecord')
        Use-E2BSandbox -Metadata $label { Write-Warning w } -WarningVariable warned 3>$null
        $warned | Should -HaveCount 1
    }

    It 'runs the block where it was written: its variables, its functions, $ErrorActionPreference' {
        $outer = 'of the caller'
        function Get-Near { "near $outer" }
        Use-E2BSandbox -Metadata $label { $outer; Get-Near } | Should -Be @('of the caller', 'near of the caller')
        $kept = 1
        Use-E2BSandbox -Metadata $label { $kept = 2 }
        $kept | Should -Be 1 -Because 'a block has a scope of its own'
        $inModule = New-Module { $secret = 'of the module'; function Invoke-There($Labels) { $near = 'local'; Use-E2BSandbox -Metadata $Labels { "$secret $near $($_.SandboxId.Length -gt 5)" } } }
        & $inModule { Invoke-There @{ suite = 'use' } } | Should -Be 'of the module local True'
        & {
            $ErrorActionPreference = 'Stop'
            { Use-E2BSandbox -Metadata $label { Get-Item /no/such; 'went on' } } | Should -Throw -ErrorId 'PathNotFound,*GetItemCommand'
        }
    }

    It 'leaves $_ and the default as they were, also for blocks within blocks' {
        $seen = 7 | ForEach-Object {
            Use-E2BSandbox -Metadata $label {
                $outer = $_.SandboxId
                Use-E2BSandbox -Metadata $label { (Get-E2BDefault).Sandbox.SandboxId -ne $outer }
                (Get-E2BDefault).Sandbox.SandboxId -eq $outer
                $_.SandboxId -eq $outer
            }
            $_
        }
        $seen | Should -Be @($true, $true, $true, 7)
    }

    It 'lets return, break and continue mean what they mean in any block' {
        Use-E2BSandbox -Metadata $label { 'a'; return 'b'; 'c' } | Should -Be @('a', 'b')
        $rounds = foreach ($round in 1..3) { $round; Use-E2BSandbox -Metadata $label { break }; 'not reached' }
        $rounds | Should -Be 1
        $rounds = foreach ($round in 1..2) { $round; Use-E2BSandbox -Metadata $label { continue }; 'not reached' }
        $rounds | Should -Be @(1, 2)
        Use-E2BSandbox -Metadata $label { begin { 'b' } process { 'p' } end { 'e' } } | Should -Be @('b', 'p', 'e')
    }

    It 'removes the sandbox when the block fails, and the error goes on unchanged' {
        $thrown = { Use-E2BSandbox -Metadata $label { 'before'; throw [InvalidOperationException]::new('of the block') } }
        $caught = try { $null = & $thrown } catch [InvalidOperationException] { $_ }
        $caught.Exception.Message | Should -BeExactly 'of the block'
        $caught.FullyQualifiedErrorId | Should -BeExactly 'of the block'
        { Use-E2BSandbox -Metadata $label { Get-E2BFile /no/such -ErrorAction Stop } } | Should -Throw -ErrorId 'E2BFileNotFound,*GetE2BFileCommand'
    }

    It 'writes what does not end the block as errors' {
        $ErrorActionPreference = 'Continue'
        $output = Use-E2BSandbox -Metadata $label { Get-E2BFile /no/such; 'after' } -ErrorVariable problem 2>$null
        $output | Should -Be 'after'
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BFileNotFound,*'
    }

    It 'removes the sandbox when the pipeline has had enough' {
        $after = [Collections.Generic.List[string]]::new()
        Use-E2BSandbox -Metadata $label { 1; 2; $after.Add('not reached') } | Select-Object -First 1 | Should -Be 1
        $after | Should -BeNullOrEmpty
    }

    It 'removes the sandbox on Ctrl+C: <Name>' -ForEach @(
        @{ Name = 'a command in the sandbox'; Block = "Invoke-E2BCommand 'echo ready; sleep 600'" }
        @{ Name = 'a cmdlet here'; Block = "'ready'; Start-Sleep 600" }
        @{ Name = 'a loop here'; Block = "'ready'; while (`$true) { }" }
    ) {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$module'; Use-E2BSandbox -Metadata @{ suite = 'use' } { $Block }")
            $output = [Management.Automation.PSDataCollection[psobject]]::new()
            $running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
            Wait-Until { $output.Count -gt 0 }
            Get-Left | Should -Be 1
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            Wait-Until { $running.IsCompleted }
            Get-Left | Should -Be 0
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally { $shell.Dispose() }
    }

    It 'is content when the block removes the sandbox itself' {
        Use-E2BSandbox -Metadata $label { Remove-E2BSandbox $_; 'done' } -ErrorVariable problem | Should -Be 'done'
        $problem | Should -BeNullOrEmpty
    }

    It 'runs nothing when there is no sandbox to be had' {
        Use-E2BSandbox -Template no-such-template { 'not reached' } -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BNotFound,*'
    }

    It 'has the sandbox live for as long as the block runs' {
        # What the service gives at least is 15 s, so what is seen is that the end moves.
        $ends = Use-E2BSandbox -Metadata $label -TimeoutSec 8 {
            $first = (Get-E2BSandbox $_.SandboxId).EndAt
            Wait-Until { (Get-E2BSandbox $_.SandboxId).EndAt -gt $first.AddSeconds(5) }
            'moved'
        }
        $ends | Should -Be 'moved'
    }
}

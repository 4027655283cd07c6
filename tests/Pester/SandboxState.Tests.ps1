BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/PortSupport.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $sandbox = New-E2BSandbox
    $gone = 'i' + 'gone'.PadRight(19, '0')

    # Runs a line beside the test, as a job; $args[0] in it is what it works on.
    function Invoke-Beside([string] $Line, $Target) {
        Start-ThreadJob { Import-Module $using:module; & ([scriptblock]::Create($using:Line)) $using:Target }
    }
}
AfterAll {
    Get-Job | Remove-Job -Force
    Remove-E2BSandbox $sandbox
}

Describe 'Test-E2BSandbox' {
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'says whether a sandbox runs' {
        Test-E2BSandbox $sandbox | Should -BeExactly $true
        Test-E2BSandbox $sandbox.SandboxId | Should -BeExactly $true
        Test-E2BSandbox $gone -ErrorAction Stop | Should -BeExactly $false
    }

    It 'answers for each of several, in their order' {
        $gone, $sandbox.SandboxId, $gone | Test-E2BSandbox | Should -Be @($false, $true, $false)
        $sandbox, $sandbox | Test-E2BSandbox | Should -Be @($true, $true)
        [pscustomobject]@{ SandboxId = $gone } | Test-E2BSandbox | Should -Be $false
        Test-E2BSandbox $gone, $sandbox | Should -Be @($false, $true)
    }

    It 'takes the default sandbox, and misses one' {
        Set-E2BDefault -Sandbox $sandbox
        Test-E2BSandbox | Should -BeTrue
        Set-E2BDefault -Sandbox $null
        { Test-E2BSandbox } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Test-E2BSandbox $null } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        @() | Test-E2BSandbox | Should -BeNullOrEmpty
    }

    It 'says no of a paused one, and leaves it so, though traffic would wake it' {
        $paused = (Invoke-Api POST /v2/sandboxes @{ templateID = 'base'; timeout = 300; autoPause = $true; autoResume = @{ enabled = $true } }).sandboxID
        try {
            $null = Invoke-Api POST "/sandboxes/$paused/pause"
            Test-E2BSandbox $paused -Port 80 | Should -BeExactly $false
            (Get-E2BSandbox -Id $paused).State | Should -Be 'Paused'
        }
        finally { Remove-E2BSandbox $paused }
    }

    It 'says whether something listens with -Port, on every one of them' {
        Test-E2BSandbox $sandbox -Port 9000 | Should -BeExactly $false
        $null = Open-Echo $sandbox 9000
        $null = Open-Echo $sandbox 9001 '::1'
        Test-E2BSandbox $sandbox -Port 9000 | Should -BeExactly $true
        Test-E2BSandbox $sandbox -Port 9000, 9001 | Should -BeExactly $true
        Test-E2BSandbox $sandbox -Port 9000, 9002 | Should -BeExactly $false
        Test-E2BSandbox $sandbox -Port 900 | Should -BeExactly $false
    }

    It 'does not take a server that cannot be reached for a no' {
        $connection = Connect-E2B -ApiUrl http://127.0.0.1:1 -ApiKey $env:E2B_API_KEY -PassThru
        Disconnect-E2B
        $answer = Test-E2BSandbox $sandbox.SandboxId -Connection $connection -ErrorAction SilentlyContinue -ErrorVariable failures
        $answer | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'E2BUnreachable,*'
        { Test-E2BSandbox 'no id' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }
}

Describe 'Wait-E2BSandbox' {
    It 'gives a sandbox that runs at once, as it is now' {
        $found = Wait-E2BSandbox $sandbox.SandboxId -TimeoutSec 30 -ErrorAction Stop
        $found | Should -BeOfType ([E2B.Sandbox])
        $found.State | Should -Be 'Running'
        Invoke-E2BCommand $found 'echo works' | Should -BeExactly 'works'
    }

    It 'sees a port on which something listens later, of any protocol' {
        $null = Start-E2BProcess $sandbox -FilePath python3 -ArgumentList '-c', 'import socket, time; time.sleep(1); s = socket.create_server(("127.0.0.1", 9100)); time.sleep(1000)'
        Test-E2BSandbox $sandbox -Port 9100 | Should -BeFalse
        (Wait-E2BSandbox $sandbox -Port 9100 -TimeoutSec 60 -ErrorAction Stop).SandboxId | Should -BeExactly $sandbox.SandboxId
        Test-E2BSandbox $sandbox -Port 9100 | Should -BeTrue
    }

    It 'sees a pause and a resume' {
        $own = New-E2BSandbox
        try {
            $waiting = Invoke-Beside 'Wait-E2BSandbox $args[0] -State Paused -TimeoutSec 60' $own
            $null = Invoke-Api POST "/sandboxes/$($own.SandboxId)/pause"
            ($waiting | Wait-Job -Timeout 60 | Receive-Job).State | Should -Be 'Paused'
            $waiting = Invoke-Beside 'Wait-E2BSandbox $args[0] -TimeoutSec 60' $own
            $null = Invoke-Api POST "/sandboxes/$($own.SandboxId)/connect" @{ timeout = 300 }
            ($waiting | Wait-Job -Timeout 60 | Receive-Job).State | Should -Be 'Running'
        }
        finally { Remove-E2BSandbox $own }
    }

    It 'sees the end of several, each when it comes' {
        $first, $second = 1..2 | ForEach-Object { New-E2BSandbox }
        $waiting = Invoke-Beside '$args[0] | Wait-E2BSandbox -State Ended -TimeoutSec 60' @($first, $second)
        try {
            Remove-E2BSandbox $second
            Wait-Until { $waiting.Output.Count -eq 1 }
            $waiting.Output[0].SandboxId | Should -BeExactly $second.SandboxId
            Remove-E2BSandbox $first
            ($waiting | Wait-Job -Timeout 60 | Receive-Job).SandboxId | Should -BeExactly @($second.SandboxId, $first.SandboxId)
        }
        finally { Remove-Job $waiting -Force }
    }

    It 'takes one that is gone already for ended, and does not wait for anything else of it' {
        (Wait-E2BSandbox $gone -State Ended -ErrorAction Stop).SandboxId | Should -BeExactly $gone
        { Wait-E2BSandbox $gone -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        { Wait-E2BSandbox $gone -State Paused -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
    }

    It 'is an error after -TimeoutSec, for each that is late' {
        $late = $sandbox, $sandbox | Wait-E2BSandbox -State Paused -TimeoutSec 1 -ErrorAction SilentlyContinue -ErrorVariable failures
        $late | Should -BeNullOrEmpty
        @($failures | Where-Object FullyQualifiedErrorId -like 'E2BWaitTimeout,*').Count | Should -Be 2
        $failures[0].Exception.Kind | Should -Be 'Wait'
        $failures[0].TargetObject.SandboxId | Should -BeExactly $sandbox.SandboxId
        { Wait-E2BSandbox $sandbox -Port 9200 -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BWaitTimeout,*'
    }

    It 'refuses what cannot come' {
        { Wait-E2BSandbox $sandbox -State Paused -Port 80 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Wait-E2BSandbox $sandbox -State Unknown } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'stops at once at Ctrl+C' {
        $pipeline = [PowerShell]::Create()
        try {
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $null = $pipeline.AddScript({ param($module, $sandbox) Import-Module $module; 'begun'; Wait-E2BSandbox $sandbox -State Ended }).AddArgument($module).AddArgument($sandbox)
            $null = $pipeline.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
            Wait-Until { $output.Count }
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 2
        }
        finally { $pipeline.Dispose() }
    }
}

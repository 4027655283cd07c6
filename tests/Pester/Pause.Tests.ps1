# Pausing, resuming, connecting and copying, against the real server.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # A program that counts in its memory and writes the number down.
    function Invoke-Counter([E2B.Sandbox] $Sandbox) {
        $program = 'import time, os
n = int(os.environ.get("COUNT", "0"))
while True:
    n += 1
    open("/tmp/count.new", "w").write(str(n)); os.rename("/tmp/count.new", "/tmp/count")
    time.sleep(0.02)'
        Set-E2BFile $Sandbox counter.py $program
        $process = Start-E2BProcess $Sandbox 'exec python3 counter.py' -Environment @{ COUNT = '1000000' }
        Wait-Until { Test-E2BPath $Sandbox /tmp/count }
        $process
    }
    function Get-Count([E2B.Sandbox] $Sandbox) { [int] (Get-E2BFile $Sandbox /tmp/count -Raw) }
}

AfterAll { Get-E2BSandbox -State All | Remove-E2BSandbox }

Describe 'Suspend-E2BSandbox and Resume-E2BSandbox' {
    BeforeAll { $sandbox = New-E2BSandbox -Metadata @{ suite = 'pause' } }
    AfterAll { Remove-E2BSandbox $sandbox }

    It 'stop a process where it is, and it goes on with its memory' {
        $process = Invoke-Counter $sandbox
        Suspend-E2BSandbox $sandbox | Should -BeNullOrEmpty
        $sandbox.State | Should -Be 'Paused'
        $sandbox.TimeLeft | Should -Be ([timespan]::Zero)
        (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Paused'
        Invoke-E2BCommand $sandbox 'true' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -Not -BeNullOrEmpty -Because 'nobody is there for a command'

        Resume-E2BSandbox $sandbox -TimeoutSec 200 -WarningVariable warned | Should -BeNullOrEmpty
        $warned | Should -BeNullOrEmpty
        $sandbox.State | Should -Be 'Running'
        $sandbox.ResumedFrom | Should -Be 'Memory'
        (Get-E2BProcess $sandbox).Pid | Should -Be $process.Pid
        $there = Get-Count $sandbox
        $there | Should -BeGreaterThan 1000000 -Because 'what it had counted was in its memory'
        Wait-Until { (Get-Count $sandbox) -gt $there }
        Stop-E2BProcess $process
    }

    It 'can let go of the memory, and say so' {
        $process = Invoke-Counter $sandbox
        Suspend-E2BSandbox $sandbox -FilesOnly
        Resume-E2BSandbox $sandbox -WarningVariable warned -WarningAction SilentlyContinue
        $warned.Message | Should -BeLike "*$sandbox*files alone*processes are lost*"
        $sandbox.ResumedFrom | Should -Be 'Files'
        Get-E2BProcess $sandbox | Where-Object Pid -eq $process.Pid | Should -BeNullOrEmpty
        Get-E2BFile $sandbox counter.py | Select-Object -First 1 | Should -Be 'import time, os'
    }

    It 'resume from files alone on demand, without a warning' {
        $process = Invoke-Counter $sandbox
        Suspend-E2BSandbox $sandbox
        Resume-E2BSandbox $sandbox -FilesOnly -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $sandbox.ResumedFrom | Should -Be 'Files'
        Get-E2BProcess $sandbox | Where-Object Pid -eq $process.Pid | Should -BeNullOrEmpty
    }

    It 'write the sandbox with -PassThru, the object itself, or one of the id' {
        $out = Suspend-E2BSandbox $sandbox -PassThru
        [object]::ReferenceEquals($out, $sandbox) | Should -BeTrue
        $resumed = Resume-E2BSandbox $sandbox.SandboxId -PassThru
        $resumed.State, $resumed.SandboxId | Should -Be 'Running', $sandbox.SandboxId
        $resumed.Metadata['suite'] | Should -Be 'pause'
        Invoke-E2BCommand $resumed 'echo usable' | Should -Be 'usable'
    }

    It 'is no error for what is paused, or runs, already: -Verbose tells' {
        Suspend-E2BSandbox $sandbox
        $said = Suspend-E2BSandbox $sandbox.SandboxId -Verbose -ErrorVariable problem 4>&1
        $problem | Should -BeNullOrEmpty
        $said.Message | Should -Contain "The sandbox $sandbox was paused already."
        Suspend-E2BSandbox $sandbox -FilesOnly -WarningVariable warned -WarningAction SilentlyContinue
        $warned.Message | Should -BeLike '*paused already*-FilesOnly changes nothing*'
        Resume-E2BSandbox $sandbox
        $sandbox.ResumedFrom | Should -Be 'Memory'
        $said = Resume-E2BSandbox $sandbox -Verbose 4>&1
        $said.Message | Should -Contain "The sandbox $sandbox was running."
        Resume-E2BSandbox $sandbox -FilesOnly -WarningVariable warned -WarningAction SilentlyContinue
        $warned.Message | Should -BeLike '*was running*-FilesOnly changes nothing*'
    }

    It 'do nothing with -WhatIf' {
        Suspend-E2BSandbox $sandbox -WhatIf
        (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Running'
        Suspend-E2BSandbox $sandbox
        Resume-E2BSandbox $sandbox -WhatIf
        (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Paused'
        Resume-E2BSandbox $sandbox
    }

    It 'say which sandbox is not there, and work on the others' {
        'i0000000000000000000', $sandbox, 'a/b' | Suspend-E2BSandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Sort-Object | Should -Be @('E2BInvalidArgument,E2B.PowerShell.Commands.SuspendE2BSandboxCommand', 'E2BSandboxNotFound,E2B.PowerShell.Commands.SuspendE2BSandboxCommand')
        $problem.TargetObject | Should -Contain 'i0000000000000000000'
        (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Paused'
        'i0000000000000000000', $sandbox | Resume-E2BSandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -Be 'E2BSandboxNotFound,E2B.PowerShell.Commands.ResumeE2BSandboxCommand'
        (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Running'
    }

    It 'never mean the default sandbox, nor an empty pipeline everything' {
        Set-E2BDefault -Sandbox $sandbox
        try {
            (Get-Command Suspend-E2BSandbox).Parameters['Sandbox'].Attributes.Mandatory | Should -Be $true
            Get-E2BSandbox -Metadata @{ suite = 'nobody' } | Suspend-E2BSandbox
            (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Running'
        }
        finally { Set-E2BDefault -Sandbox $null }
    }

    It 'take five from a pipeline at once' {
        $fleet = 1..5 | ForEach-Object { New-E2BSandbox -Metadata @{ suite = 'five' } }
        $paused = $fleet | Suspend-E2BSandbox -PassThru
        $paused.SandboxId | Sort-Object | Should -Be ($fleet.SandboxId | Sort-Object)
        $fleet.State | Should -Be @('Paused', 'Paused', 'Paused', 'Paused', 'Paused')
        Get-E2BSandbox -Metadata @{ suite = 'five' } | Should -BeNullOrEmpty
        Get-E2BSandbox -State Paused -Metadata @{ suite = 'five' } | Resume-E2BSandbox
        (Get-E2BSandbox -Metadata @{ suite = 'five' }) | Should -HaveCount 5
        $fleet | Remove-E2BSandbox
    }
}

Describe 'A sandbox that is to be paused at the end of its lifetime' {
    It 'is, and goes on when it is resumed' {
        $client = [E2B.E2BClient]::new((Get-E2BConnection))
        $options = [E2B.SandboxCreateOptions]@{ Timeout = [timespan]::FromSeconds(3); OnTimeout = 'Pause' }
        $sandbox = $client.Sandboxes.CreateAsync($options, [Threading.CancellationToken]::None).GetAwaiter().GetResult()
        try {
            $null = Invoke-Counter $sandbox
            Wait-Until { (Get-E2BSandbox $sandbox.SandboxId).State -eq 'Paused' }
            Resume-E2BSandbox $sandbox -TimeoutSec 60
            $sandbox.ResumedFrom | Should -Be 'Memory'
            Get-Count $sandbox | Should -BeGreaterThan 1000000
        }
        finally {
            Remove-E2BSandbox $sandbox
            $client.Dispose()
        }
    }
}

Describe 'Connect-E2BSandbox' {
    BeforeAll { $sandbox = New-E2BSandbox -TimeoutSec 600 -Metadata @{ suite = 'connect' } }
    AfterAll { Remove-E2BSandbox $sandbox }
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'finds a sandbox by its id' {
        $found = Connect-E2BSandbox $sandbox.SandboxId
        $found | Should -BeOfType ([E2B.Sandbox])
        $found.State, $found.ResumedFrom, $found.Metadata['suite'] | Should -Be 'Running', 'None', 'connect'
        Invoke-E2BCommand $found 'echo here' | Should -Be 'here'
    }

    It 'makes a lifetime longer, and never shorter' {
        $end = (Get-E2BSandbox $sandbox.SandboxId).EndAt
        (Connect-E2BSandbox $sandbox -TimeoutSec 10).EndAt | Should -BeGreaterOrEqual $end.AddSeconds(-2)
        (Get-E2BSandbox $sandbox.SandboxId).EndAt | Should -Be $end
        $null = $sandbox.SandboxId | Connect-E2BSandbox -TimeoutSec 1200
        (Get-E2BSandbox $sandbox.SandboxId).TimeLeft.TotalSeconds | Should -BeGreaterThan 1100
        (Connect-E2BSandbox $sandbox).TimeLeft.TotalSeconds | Should -BeGreaterThan 1100
    }

    It 'resumes a paused one; objects from before go on' {
        $old = Get-E2BSandbox $sandbox.SandboxId
        $null = Invoke-Counter $sandbox
        Suspend-E2BSandbox $sandbox
        $found = Connect-E2BSandbox $sandbox.SandboxId -AsDefault
        $found.ResumedFrom | Should -Be 'Memory'
        (Get-E2BDefault).Sandbox.SandboxId | Should -Be $sandbox.SandboxId
        foreach ($one in $old, $sandbox, $found) { Get-Count $one | Should -BeGreaterThan 1000000 }
    }

    It 'attaches by a token that came from elsewhere, without asking anybody' {
        $detail = Invoke-RestMethod "$($env:E2B_API_URL)sandboxes/$($sandbox.SandboxId)" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
        $nowhere = Connect-E2B $env:E2B_API_KEY -ApiUrl http://127.0.0.1:1 -SandboxUrl $env:E2B_SANDBOX_URL -PassThru
        Disconnect-E2B
        $found = Connect-E2BSandbox $sandbox.SandboxId -AccessToken $detail.envdAccessToken -EnvdVersion $detail.envdVersion -Connection $nowhere
        $found.EnvdVersion | Should -Be $detail.envdVersion
        Invoke-E2BCommand $found 'echo by token' | Should -Be 'by token'
        ($found | Format-List * | Out-String) | Should -Not -BeLike "*$($detail.envdAccessToken)*"

        $wrong = Connect-E2BSandbox $sandbox.SandboxId -AccessToken wrong-token -Connection $nowhere
        Get-E2BFile $wrong counter.py -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BAuthenticationFailed,*'
        ($problem | Format-List * -Force | Out-String) + $problem.Exception | Should -Not -BeLike '*wrong-token*'
    }

    It 'needs no API key where it has the token' {
        $detail = Invoke-RestMethod "$($env:E2B_API_URL)sandboxes/$($sandbox.SandboxId)" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
        $env:TOKEN_FOR_TEST = $detail.envdAccessToken
        try {
            Invoke-Fresh @"
                `$env:E2B_API_KEY = `$null
                Import-Module '$PSScriptRoot/../../out/E2B/E2B.psd1'
                Connect-E2BSandbox $sandbox -AccessToken `$env:TOKEN_FOR_TEST | Invoke-E2BCommand 'echo without a key'
"@ | Should -Be 'without a key'
        }
        finally { $env:TOKEN_FOR_TEST = $null }
    }

    It 'refuses several where one is meant, and what is no sandbox' {
        { Connect-E2BSandbox one, two -AsDefault } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        { Connect-E2BSandbox one, two -AccessToken token } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        { Connect-E2BSandbox i0000000000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        { Connect-E2BSandbox '../x' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Connect-E2BSandbox $sandbox -TimeoutSec 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        (Get-E2BDefault).Sandbox | Should -BeNullOrEmpty
    }
}

Describe 'Copy-E2BSandbox' {
    BeforeAll {
        $sandbox = New-E2BSandbox -Metadata @{ suite = 'fork' }
        Set-E2BFile $sandbox state 'before'
    }
    AfterAll { Get-E2BSandbox -State All -Metadata @{ suite = 'fork' } | Remove-E2BSandbox }
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'makes copies that go their own ways, and the original goes on' {
        $process = Invoke-Counter $sandbox
        $copies = Copy-E2BSandbox $sandbox -Count 3 -TimeoutSec 100
        $copies | Should -HaveCount 3
        ($copies.SandboxId + $sandbox.SandboxId | Sort-Object -Unique) | Should -HaveCount 4
        $copies[0].Metadata['suite'] | Should -Be 'fork'
        $copies[0].Metadata.Keys | Should -Be 'suite' -Because 'the mark of the original''s request is not shown'
        $copies[0].TimeLeft.TotalSeconds | Should -BeGreaterThan 60
        $copies[0].TimeLeft.TotalSeconds | Should -BeLessOrEqual 100
        foreach ($copy in $copies) {
            Get-E2BFile $copy state | Should -Be 'before'
            Set-E2BFile $copy state $copy.SandboxId
        }
        Get-E2BFile $sandbox state | Should -Be 'before'
        $copies | Get-E2BFile state | Sort-Object | Should -Be ($copies.SandboxId | Sort-Object)
        (Get-E2BProcess $sandbox).Pid | Should -Be $process.Pid
        $there = Get-Count $sandbox
        Wait-Until { (Get-Count $sandbox) -gt $there }
        (Get-E2BSandbox -Metadata @{ suite = 'fork' }).SandboxId | Sort-Object | Should -Be (@($copies.SandboxId) + $sandbox.SandboxId | Sort-Object)
        Stop-E2BProcess $process
        $copies | Remove-E2BSandbox
    }

    It 'takes an id, makes one, and can make it the default' {
        $copy = $sandbox.SandboxId | Copy-E2BSandbox -AsDefault
        (Get-E2BDefault).Sandbox.SandboxId | Should -Be $copy.SandboxId
        $copy.TimeLeft.TotalSeconds | Should -BeGreaterThan 290
        Get-E2BFile state | Should -Be 'before'
        Remove-E2BSandbox $copy
    }

    It 'makes none with -WhatIf, of several as default, of a number that cannot be, of what is paused or not there' {
        Copy-E2BSandbox $sandbox -Count 2 -WhatIf | Should -BeNullOrEmpty
        { Copy-E2BSandbox $sandbox -Count 2 -AsDefault } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        { Copy-E2BSandbox $sandbox, $sandbox -AsDefault } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        { Copy-E2BSandbox $sandbox -Count 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Copy-E2BSandbox i0000000000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        Suspend-E2BSandbox $sandbox
        Copy-E2BSandbox $sandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BConflict,*'
        "$problem" | Should -BeLike '*paused*resume*'
        Resume-E2BSandbox $sandbox
        Get-E2BSandbox -Metadata @{ suite = 'fork' } | Should -HaveCount 1
    }

    It 'leaves no copy when it is stopped' {
        $null = Invoke-E2BCommand $sandbox 'head -c 400M /dev/urandom > large; sync'
        function Get-Checkpoint {
            # The original stands still while it is copied, and its log says so.
            $log = Invoke-RestMethod "$($env:E2B_API_URL)v2/sandboxes/$($sandbox.SandboxId)/logs" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
            @($log.logs.message -eq 'Checkpointing sandbox').Count
        }
        $before = Get-Checkpoint
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('param($module, $sandbox) Import-Module $module; Copy-E2BSandbox $sandbox -Count 2')
            $null = $shell.AddArgument("$PSScriptRoot/../../out/E2B/E2B.psd1").AddArgument($sandbox)
            $null = $shell.BeginInvoke()
            Wait-Until { (Get-Checkpoint) -gt $before }
            $null = $shell.StopAsync($null, $null)
            Wait-Until { $shell.InvocationStateInfo.State -in 'Stopped', 'Failed', 'Completed' }
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally { $shell.Dispose() }

        # The same by Core, which returns when what was made all the same is ended again.
        Wait-Until { Invoke-E2BCommand $sandbox 'echo goes on' -ErrorAction SilentlyContinue }
        Wait-Until { @(Get-E2BSandbox -Metadata @{ suite = 'fork' }).Count -eq 1 }
        $before = Get-Checkpoint
        $stop = [Threading.CancellationTokenSource]::new()
        $forking = $sandbox.ForkAsync([E2B.SandboxForkOptions]@{ Count = 2 }, $stop.Token)
        Wait-Until { (Get-Checkpoint) -gt $before }
        $stop.Cancel()
        Wait-Until { $forking.IsCompleted }
        $forking.Status | Should -Be 'Canceled'
        Get-E2BSandbox -Metadata @{ suite = 'fork' } | Should -HaveCount 1
        Invoke-E2BCommand $sandbox 'rm large; echo goes on' | Should -Be 'goes on'
    }
}

Describe 'New-E2BSandbox' {
    AfterEach { Get-E2BSandbox | Remove-E2BSandbox }

    It 'makes a sandbox that tells what is known of it' {
        $sandbox = New-E2BSandbox -TimeoutSec 120 -Metadata @{ app = 'demo'; n = 1 }
        $sandbox | Should -BeOfType ([E2B.Sandbox])
        $sandbox.SandboxId | Should -Match '^[a-z0-9]+$'
        $sandbox.Template | Should -Be 'base'
        $sandbox.State | Should -Be 'Running'
        $sandbox.Metadata['app'] | Should -Be 'demo'
        $sandbox.Metadata['n'] | Should -Be '1'
        $sandbox.TimeLeft.TotalSeconds | Should -BeGreaterThan 110
        $sandbox.TimeLeft.TotalSeconds | Should -BeLessOrEqual 120
    }

    It 'lives 5 minutes unless told otherwise' {
        $left = (New-E2BSandbox | Get-E2BSandbox).TimeLeft.TotalSeconds
        $left | Should -BeGreaterThan 290
        $left | Should -BeLessOrEqual 300
    }

    It 'gives every command the environment' {
        $sandbox = New-E2BSandbox -Environment @{ FROM_CREATE = 'a "b" $c' }
        Invoke-E2BCommand $sandbox 'echo "$FROM_CREATE"' | Should -BeExactly 'a "b" $c'
    }

    It 'makes it the default with -AsDefault' {
        $sandbox = New-E2BSandbox -AsDefault
        try {
            (Get-E2BDefault).Sandbox.SandboxId | Should -Be $sandbox.SandboxId
            Invoke-E2BCommand 'echo here' | Should -Be 'here'
        }
        finally { Set-E2BDefault -Sandbox $null }
    }

    It 'makes none with -WhatIf' {
        New-E2BSandbox -WhatIf | Should -BeNullOrEmpty
        Get-E2BSandbox | Should -BeNullOrEmpty
    }

    It 'is refused for an unknown template, an invalid name and a lifetime that is none' {
        { New-E2BSandbox no-such-template -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotFound,*'
        { New-E2BSandbox 'not a name' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -TimeoutSec 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { New-E2BSandbox -TimeoutSec 999999 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        Get-E2BSandbox | Should -BeNullOrEmpty
    }

    It 'ends with its lifetime, and says so to who comes later' {
        $sandbox = New-E2BSandbox -TimeoutSec 1
        Invoke-E2BCommand $sandbox 'sleep 60' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 1
        Invoke-E2BCommand $sandbox 'true' -ErrorAction SilentlyContinue -ErrorVariable later
        $later.FullyQualifiedErrorId | Should -Match '^E2B(SandboxEnded|SandboxNotFound),'
        "$later" | Should -BeLike "*$($sandbox.SandboxId)*"
    }
}

Describe 'Get-E2BSandbox' {
    BeforeAll {
        $made = 1..3 | ForEach-Object { New-E2BSandbox -Metadata @{ suite = 'get'; n = $_ } }
        $other = New-E2BSandbox -Metadata @{ suite = 'other' }
    }
    AfterAll { $made + $other | Remove-E2BSandbox }

    It 'lists running sandboxes, the newest first' {
        $listed = Get-E2BSandbox
        $listed | Should -HaveCount 4
        $listed[0].SandboxId | Should -Be $other.SandboxId
        $listed.State | Should -Be @('Running', 'Running', 'Running', 'Running')
        $listed[0].CpuCount | Should -BeGreaterThan 0
        $listed[0].MemoryMB | Should -BeGreaterThan 0
    }

    It 'lists by labels' {
        (Get-E2BSandbox -Metadata @{ suite = 'get' }).SandboxId | Sort-Object | Should -Be ($made.SandboxId | Sort-Object)
        (Get-E2BSandbox -Metadata @{ suite = 'get'; n = 2 }).SandboxId | Should -Be $made[1].SandboxId
        Get-E2BSandbox -Metadata @{ suite = 'get & x=y' } | Should -BeNullOrEmpty
    }

    It 'gets one by its id, by argument and by pipeline' {
        (Get-E2BSandbox $other.SandboxId).SandboxId | Should -Be $other.SandboxId
        ($other.SandboxId | Get-E2BSandbox).SandboxId | Should -Be $other.SandboxId
        ($other | Get-E2BSandbox).SandboxId | Should -Be $other.SandboxId
    }

    It 'takes patterns' {
        $prefix = $other.SandboxId.Substring(0, 8)
        (Get-E2BSandbox "$prefix*").SandboxId | Should -Be $other.SandboxId
        Get-E2BSandbox 'zzz*' | Should -BeNullOrEmpty
    }

    It 'can be cut short' {
        Get-E2BSandbox | Select-Object -First 2 | Should -HaveCount 2
    }

    It 'says which one is not there, and goes on' {
        $found = Get-E2BSandbox i0000000000000000000, $other.SandboxId -ErrorAction SilentlyContinue -ErrorVariable problem
        $found.SandboxId | Should -Be $other.SandboxId
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSandboxNotFound,*'
        $problem.TargetObject | Should -Be 'i0000000000000000000'
    }

    It 'shows a table that fits 80 columns' {
        $text = $made[0] | Get-E2BSandbox | Out-String -Width 80
        $text | Should -BeLike "*$($made[0].SandboxId)*base*Running*m *s*2*512 MiB*"
        ($text -split "`n" | Where-Object { $_ -match $made[0].SandboxId }) | Should -HaveCount 1
    }
}

Describe 'Remove-E2BSandbox' {
    It 'removes several at once, without asking' {
        1..3 | ForEach-Object { New-E2BSandbox -Metadata @{ suite = 'remove' } } | Remove-E2BSandbox
        Get-E2BSandbox -Metadata @{ suite = 'remove' } | Should -BeNullOrEmpty
    }

    It 'takes the line of the README' {
        $null = New-E2BSandbox
        Get-E2BSandbox | Where-Object Template -eq base | Remove-E2BSandbox
        Get-E2BSandbox | Should -BeNullOrEmpty
    }

    It 'removes nothing with -WhatIf' {
        $sandbox = New-E2BSandbox
        Remove-E2BSandbox $sandbox -WhatIf
        (Get-E2BSandbox).SandboxId | Should -Be $sandbox.SandboxId
        Remove-E2BSandbox $sandbox.SandboxId
    }

    It 'writes an error for one that is not there, and removes the others' {
        $sandbox = New-E2BSandbox
        'i0000000000000000000', $sandbox, 'a/b' | Remove-E2BSandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId -replace ',.*' | Sort-Object | Should -Be @('E2BInvalidArgument', 'E2BSandboxNotFound')
        Get-E2BSandbox | Should -BeNullOrEmpty
    }
}

Describe 'Set-E2BDefault and Get-E2BDefault' {
    AfterEach {
        Set-E2BDefault -Sandbox $null -Template $null -Lifetime $null -Metadata $null -Environment $null -ThrottleLimit 32
        Get-E2BSandbox | Remove-E2BSandbox
    }

    It 'applies to new sandboxes, whose own labels win' {
        Set-E2BDefault -Lifetime 0:10:00 -Metadata @{ team = 'a'; app = 'x' } -Environment @{ LEVEL = 'debug' }
        $sandbox = New-E2BSandbox -Metadata @{ app = 'y' }
        $sandbox.Metadata['team'] | Should -Be 'a'
        $sandbox.Metadata['app'] | Should -Be 'y'
        $sandbox.TimeLeft.TotalSeconds | Should -BeGreaterThan 590
        Invoke-E2BCommand $sandbox 'echo $LEVEL' | Should -Be 'debug'
    }

    It 'takes a lifetime in seconds too' {
        Set-E2BDefault -Lifetime 90
        (Get-E2BDefault).Lifetime | Should -Be ([timespan]'0:1:30')
        Set-E2BDefault -Lifetime '120'
        (Get-E2BDefault).Lifetime | Should -Be ([timespan]'0:2:0')
        { Set-E2BDefault -Lifetime 0 } | Should -Throw -ErrorId 'E2BInvalidLifetime,*'
    }

    It 'changes only what is named' {
        Set-E2BDefault -Template base
        Set-E2BDefault -ThrottleLimit 4
        (Get-E2BDefault).Template | Should -Be 'base'
        (Get-E2BDefault).ThrottleLimit | Should -Be 4
    }

    It 'belongs to the runspace' {
        Set-E2BDefault -ThrottleLimit 7
        $inside = 1 | ForEach-Object -Parallel {
            Import-Module $using:module
            (Get-E2BDefault).ThrottleLimit
        }
        $inside | Should -Be 32
    }
    BeforeAll { $module = "$PSScriptRoot/../../out/E2B/E2B.psd1" }
}

Describe 'Sandboxes, again and again' {
    It 'are made, used and removed, and leave nothing behind on this machine' {
        $rounds = $env:E2B_SOAK ? 2000 : 15
        function Get-Trace {
            # The server's mounts are in a mount namespace of its own.
            $mounts = (Get-Content "/proc/$((Get-E2BLocalServer).Pid)/mounts").Count
            $files = (Get-ChildItem "/proc/$((Get-E2BLocalServer).Pid)/fd").Count
            [pscustomobject]@{ Mounts = $mounts; Files = $files }
        }
        function Wait-Idle {
            # The pool is full again, and no sandbox is ending, when two looks in a row agree.
            $last = Get-Trace
            for ($look = 0; $look -lt 100; $look++) {
                [Threading.Thread]::Sleep(300)
                $now = Get-Trace
                if ($now.Mounts -eq $last.Mounts -and $now.Files -eq $last.Files) { return $now }
                $last = $now
            }
            throw 'the server does not come to rest'
        }
        Get-E2BSandbox | Remove-E2BSandbox
        New-E2BSandbox | Remove-E2BSandbox
        $before = Wait-Idle
        foreach ($round in 1..$rounds) {
            $sandbox = New-E2BSandbox
            Invoke-E2BCommand $sandbox "echo $round" | Should -Be "$round"
            Remove-E2BSandbox $sandbox
        }
        $after = Wait-Idle
        $after.Mounts | Should -BeLessOrEqual $before.Mounts
        $after.Files | Should -BeLessOrEqual ($before.Files + 10)
    }
}

Describe 'Sandbox objects' {
    It 'work in other runspaces without connecting again' {
        $sandbox = New-E2BSandbox
        try {
            $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
            $output = 1..4 | ForEach-Object -Parallel {
                Import-Module $using:module
                Get-ChildItem Env:E2B_* | Out-Null
                Invoke-E2BCommand $using:sandbox "echo $_"
            } -ThrottleLimit 4
            $output | Sort-Object | Should -Be @('1', '2', '3', '4')
        }
        finally { Remove-E2BSandbox $sandbox }
    }
}

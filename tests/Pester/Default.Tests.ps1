# Sandboxes that are kept alive, and the default one that makes itself.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    function Invoke-Api($Method, $Rest) {
        $null = Invoke-RestMethod "$($env:E2B_API_URL.TrimEnd('/'))/sandboxes/$Rest" -Method $Method -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
    }
}

Describe 'New-E2BSandbox -KeepAlive' {
    AfterEach { Get-E2BSandbox -Metadata @{ suite = 'lease' } -State All | Remove-E2BSandbox }

    It 'moves the end of a sandbox, and of no other' {
        $kept = New-E2BSandbox -TimeoutSec 8 -KeepAlive -Metadata @{ suite = 'lease' }
        $not = New-E2BSandbox -TimeoutSec 8 -Metadata @{ suite = 'lease' }
        Wait-Until { -not (Get-E2BSandbox $not.SandboxId -ErrorAction SilentlyContinue) }
        $found = Get-E2BSandbox $kept.SandboxId
        $found.EndAt | Should -BeGreaterThan $kept.EndAt
        $found.KeepAlive | Should -BeTrue
        $found | Format-List | Out-String | Should -Match '(?m)^KeepAlive\s+: True'
    }

    It 'ends with Remove-E2BSandbox, without a warning' {
        $kept = New-E2BSandbox -KeepAlive -Metadata @{ suite = 'lease' }
        $kept | Remove-E2BSandbox -WarningVariable warned
        $other = New-E2BSandbox -Metadata @{ suite = 'lease' } -WarningVariable +warned
        $other.PSObject.Properties['KeepAlive'] | Should -BeNullOrEmpty
        $other | Format-List | Out-String | Should -Not -Match 'KeepAlive'
        $warned | Should -BeNullOrEmpty
    }

    It 'says once that it is over: <How>' -ForEach @(
        @{ How = 'the sandbox is gone'; Method = 'Delete'; Rest = ''; Text = '*it is gone.' }
        @{ How = 'the sandbox is paused'; Method = 'Post'; Rest = '/pause'; Text = '*it is paused.' }
    ) {
        $kept = New-E2BSandbox -TimeoutSec 8 -KeepAlive -Metadata @{ suite = 'lease' }
        Invoke-Api $Method "$kept$Rest"
        $warned = [Collections.Generic.List[object]]::new()
        Wait-Until { Get-E2BSandbox -Metadata @{ suite = 'none' } -WarningVariable now 3>$null; $warned.AddRange(@($now)); $warned.Count -gt 0 }
        "$($warned[0])" | Should -BeLike "The sandbox $($kept.SandboxId) is not kept alive any more: $Text"
        $null = Get-E2BSandbox -Metadata @{ suite = 'none' } -WarningVariable more
        $more | Should -BeNullOrEmpty
        if ($Rest) { (Get-E2BSandbox $kept.SandboxId).State | Should -Be 'Paused' -Because 'a lease wakes nobody' }
    }

    It 'ends with <What>' -ForEach @(
        @{ What = 'the module'; End = 'Remove-Module E2B' }
        @{ What = 'the runspace'; End = '' }
    ) {
        # After the session nothing but the last extension is left, 15 s at the most.
        $shell = [PowerShell]::Create()
        try {
            $made = $shell.AddScript("Import-Module '$module'; New-E2BSandbox -TimeoutSec 8 -KeepAlive -Metadata @{ suite = 'lease' }").Invoke()[0]
            $id = $made.SandboxId
            Wait-Until { (Get-E2BSandbox $id).EndAt -gt $made.EndAt.AddSeconds(5) }
            if ($End) {
                $shell.Commands.Clear()
                $null = $shell.AddScript($End).Invoke()
            }
            else { $shell.Runspace.Close() }
            $end = (Get-E2BSandbox $id).EndAt
            Wait-Until { -not (Get-E2BSandbox $id -ErrorAction SilentlyContinue) }
            [DateTimeOffset]::UtcNow | Should -BeGreaterThan $end.AddSeconds(-1)
        }
        finally { $shell.Dispose() }
    }

    It 'ends with the local server of the session, without a warning' {
        Invoke-Fresh @"
            Get-ChildItem Env:E2B_* | Remove-Item; Import-Module '$module'
            Start-E2BLocalServer -DataDirectory '$TestDrive/server'
            Connect-E2B -Local
            `$null = New-E2BSandbox -KeepAlive -AsDefault
            Stop-E2BLocalServer
            @(Get-E2BSandbox -Managed -State All -WarningVariable warned).Count; `$warned.Count; `$null -eq (Get-E2BDefault).Sandbox
"@ | Should -Be @('0', '0', 'True')
    }

    It 'keeps no PowerShell from ending' {
        $id = Invoke-Fresh "Import-Module '$module'; (New-E2BSandbox -TimeoutSec 2 -KeepAlive -Metadata @{ suite = 'lease' }).SandboxId"
        $id | Should -Match '^[a-z0-9]+$'
        Wait-Until { -not (Get-E2BSandbox $id -ErrorAction SilentlyContinue) }
    }
}

Describe 'Set-E2BSandbox -KeepAlive' {
    AfterEach { Get-E2BSandbox -Metadata @{ suite = 'lease' } -State All | Remove-E2BSandbox }

    It 'keeps a sandbox alive that is there, and -KeepAlive:$false ends that' {
        $sandbox = New-E2BSandbox -TimeoutSec 20 -Metadata @{ suite = 'lease' }
        $kept = Set-E2BSandbox $sandbox -KeepAlive -TimeoutSec 8 -PassThru
        Wait-Until { (Get-E2BSandbox $sandbox.SandboxId).EndAt -gt $kept.EndAt.AddSeconds(5) }
        (Get-E2BSandbox $sandbox.SandboxId).KeepAlive | Should -BeTrue
        Set-E2BSandbox $sandbox -KeepAlive:$false
        (Get-E2BSandbox $sandbox.SandboxId).PSObject.Properties['KeepAlive'] | Should -BeNullOrEmpty
        Wait-Until { -not (Get-E2BSandbox $sandbox.SandboxId -ErrorAction SilentlyContinue) }
    }

    It 'goes on with the lifetime that is set later' {
        $sandbox = New-E2BSandbox -TimeoutSec 3600 -KeepAlive -Metadata @{ suite = 'lease' }
        $short = Set-E2BSandbox $sandbox -TimeoutSec 8 -PassThru
        Wait-Until { (Get-E2BSandbox $sandbox.SandboxId).EndAt -gt $short.EndAt.AddSeconds(5) }
        (Get-E2BSandbox $sandbox.SandboxId).TimeLeft.TotalSeconds | Should -BeLessThan 60
    }

    It 'says what it cannot keep alive' {
        $sandbox = New-E2BSandbox -Metadata @{ suite = 'lease' }
        Invoke-Api Post "$sandbox/pause"
        Set-E2BSandbox $sandbox, i0000000000000000000 -KeepAlive -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId -replace ',.*' | Sort-Object | Should -Be @('E2BSandboxNotFound', 'E2BSandboxPaused')
        (Get-E2BSandbox $sandbox.SandboxId).State | Should -Be 'Paused'
    }
}

Describe 'Set-E2BDefault' {
    AfterEach { Set-E2BDefault -Sandbox $null -Template $null -TimeoutSec $null -Metadata $null -Environment $null -ThrottleLimit $null -AutoCreateSandbox:$false }

    It 'takes -TimeoutSec, and -Lifetime as before' {
        (Set-E2BDefault -TimeoutSec 90 -PassThru).Lifetime | Should -Be ([timespan]'0:1:30')
        (Set-E2BDefault -Lifetime 0:3:0 -PassThru).Lifetime | Should -Be ([timespan]'0:3:0')
        (Set-E2BDefault -TimeoutSec $null -PassThru).Lifetime | Should -BeNullOrEmpty
    }

    It 'takes every default back with $null' {
        $set = Set-E2BDefault -Template base -TimeoutSec 9 -Metadata @{ a = 1 } -Environment @{ b = 2 } -ThrottleLimit 3 -AutoCreateSandbox -PassThru
        $set.AutoCreateSandbox | Should -BeTrue
        $set | Out-String | Should -Match '(?m)^AutoCreateSandbox\s+: True'
        $clear = Set-E2BDefault -Sandbox $null -Template $null -TimeoutSec $null -Metadata $null -Environment $null -ThrottleLimit $null -AutoCreateSandbox:$false -PassThru
        foreach ($name in 'Sandbox', 'Template', 'Lifetime', 'Metadata', 'Environment') { $clear.$name | Should -BeNullOrEmpty -Because $name }
        $clear.ThrottleLimit | Should -Be 32
        $clear.AutoCreateSandbox | Should -BeFalse
        { Set-E2BDefault -ThrottleLimit 0 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Set-E2BDefault -ThrottleLimit 1001 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }
}

Describe 'Set-E2BDefault -AutoCreateSandbox' {
    BeforeEach { Set-E2BDefault -Metadata @{ suite = 'auto' } -AutoCreateSandbox }
    AfterEach {
        Set-E2BDefault -Sandbox $null -Metadata $null -AutoCreateSandbox:$false
        Get-E2BSandbox -Metadata @{ suite = 'auto' } -State All | Remove-E2BSandbox
    }

    It 'is all that <_> needs' -ForEach @(
        'Get-E2BChildItem /etc', 'Invoke-E2BCommand pwd', 'Get-E2BFile /etc/hostname', 'Test-E2BPath /etc', 'Get-E2BItem /etc'
        'New-E2BDirectory /tmp/new', 'Start-E2BProcess "sleep 600"', 'Get-E2BFileUrl /etc/hostname'
    ) {
        Get-E2BSandbox -Metadata @{ suite = 'auto' } | Should -BeNullOrEmpty -Because 'none is made before it is needed'
        & ([scriptblock]::Create($_)) | Should -Not -BeNullOrEmpty
        $made = Get-E2BSandbox -Metadata @{ suite = 'auto' }
        $made | Should -HaveCount 1
        (Get-E2BDefault).Sandbox.SandboxId | Should -Be $made.SandboxId
        (Get-E2BSandbox -Managed).SandboxId | Should -Contain $made.SandboxId
    }

    It 'makes one for all, and says so with -Verbose' {
        $told = Get-E2BChildItem /etc -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$told" | Should -BeLike "*Made the sandbox $((Get-E2BDefault).Sandbox.SandboxId)*"
        Set-E2BFile -Path /tmp/kept -Value 'content'
        Get-E2BFile /tmp/kept | Should -Be 'content'
        Get-E2BSandbox -Metadata @{ suite = 'auto' } | Should -HaveCount 1
    }

    It 'makes one when several cmdlets of a pipeline ask' {
        Get-E2BChildItem /etc | Get-E2BItem | Out-Null
        'x' | Invoke-E2BCommand cat | Set-E2BFile /tmp/x
        Get-E2BSandbox -Metadata @{ suite = 'auto' } | Should -HaveCount 1
    }

    It 'makes one when several ask at the same time' {
        # Cmdlets of a session run one after the other, except where jobs and the drive join in: so it is asked directly.
        $assembly = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'E2B.PowerShell' })[0]
        $hidden = [Reflection.BindingFlags]'Static,Public,NonPublic,Instance'
        $session = $assembly.GetType('E2B.PowerShell.Session.E2BSession').GetProperty('Current', $hidden).GetValue($null)
        $usual = $session.GetType().GetProperty('DefaultSandbox', $hidden).GetValue($session)
        $client = (New-E2BSandbox -Metadata @{ suite = 'lent' }).Client
        $get = $usual.GetType().GetMethod('GetAsync', $hidden)
        $asked = 1..8 | ForEach-Object { $get.Invoke($usual, @($client, [Threading.CancellationToken]::None)) }
        ($asked | ForEach-Object { $_.GetAwaiter().GetResult().Item1.SandboxId } | Sort-Object -Unique) | Should -HaveCount 1
        Get-E2BSandbox -Metadata @{ suite = 'auto' } | Should -HaveCount 1
        Get-E2BSandbox -Metadata @{ suite = 'lent' } | Remove-E2BSandbox
    }

    It 'makes none where one is named, nor for a cmdlet that only looks at processes of one' {
        $other = New-E2BSandbox -Metadata @{ suite = 'other' }
        try {
            Invoke-E2BCommand $other 'echo other' | Should -Be 'other'
            $none = @()
            $none | Invoke-E2BCommand 'echo none' | Should -BeNullOrEmpty
            { Stop-E2BProcess -ProcessId 5 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSandbox,*'
            Get-E2BSandbox -Metadata @{ suite = 'auto' } | Should -BeNullOrEmpty
        }
        finally { Remove-E2BSandbox $other }
    }

    It 'makes none with -WhatIf' {
        { New-E2BDirectory /tmp/new -WhatIf } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        Get-E2BSandbox -Metadata @{ suite = 'auto' } | Should -BeNullOrEmpty
    }

    It 'replaces one that was removed here' {
        Invoke-E2BCommand 'true'
        $first = (Get-E2BDefault).Sandbox
        Remove-E2BSandbox $first
        Invoke-E2BCommand 'echo again' | Should -Be 'again'
        (Get-E2BDefault).Sandbox.SandboxId | Should -Not -Be $first.SandboxId
    }

    It 'replaces one that is gone otherwise, and warns' {
        $first = New-E2BSandbox -AsDefault -Metadata @{ n = 'first' }
        Invoke-Api Delete $first
        Invoke-E2BCommand 'echo again' -WarningVariable warned 3>$null | Should -Be 'again'
        "$warned" | Should -BeLike "The default sandbox $($first.SandboxId) is gone*"
    }

    It 'does not take a paused one for gone' {
        $first = New-E2BSandbox -AsDefault
        Invoke-Api Post "$first/pause"
        Test-E2BPath /etc -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -Not -BeNullOrEmpty
        (Get-E2BDefault).Sandbox.SandboxId | Should -Be $first.SandboxId
        Get-E2BSandbox -Metadata @{ suite = 'auto' } -State All | Should -HaveCount 1
    }

    It 'ends the cmdlet when none can be made' {
        Set-E2BDefault -Template no-such-template
        try { { Get-E2BChildItem /etc } | Should -Throw -ErrorId 'E2BNotFound,*' }
        finally { Set-E2BDefault -Template $null }
    }

    It 'makes a drive work' {
        $null = New-PSDrive -Name autodrive -PSProvider E2B -Root /etc
        try { Test-Path autodrive:/hostname | Should -BeTrue }
        finally { Remove-PSDrive autodrive }
    }
}

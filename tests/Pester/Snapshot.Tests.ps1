# Snapshots, against the real server; what a list costs, against one that counts.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/ListPages.ps1"
}

AfterAll {
    Get-E2BSandbox -State All | Remove-E2BSandbox
    Get-E2BSnapshot | Remove-E2BSnapshot -Force
}

Describe 'New-E2BSnapshot' {
    BeforeAll {
        $sandbox = New-E2BSandbox -Metadata @{ suite = 'snapshot' } -Environment @{ FROM = 'the original' }
        Set-E2BFile $sandbox state 'at the snapshot' -NoNewline
    }
    AfterAll {
        Get-E2BSandbox | Remove-E2BSandbox
        Get-E2BSnapshot | Remove-E2BSnapshot -Force
    }

    It 'keeps the files of the moment, and the sandbox goes on' {
        $counter = Start-E2BProcess $sandbox 'n=0; while sleep 0.02; do n=$((n+1)); echo $n > /tmp/count; done'
        Wait-Until { Test-E2BPath $sandbox /tmp/count }
        $snapshot = New-E2BSnapshot $sandbox
        $snapshot | Should -BeOfType ([E2B.SnapshotInfo])
        $snapshot.SourceSandboxId | Should -Be $sandbox.SandboxId
        $snapshot.Names | Should -BeNullOrEmpty
        "$snapshot" | Should -Be $snapshot.SnapshotId

        Set-E2BFile $sandbox state 'later' -NoNewline
        (Get-E2BProcess $sandbox).Pid | Should -Be $counter.Pid
        $there = [int] (Get-E2BFile $sandbox /tmp/count)
        Wait-Until { [int] (Get-E2BFile $sandbox /tmp/count) -gt $there }
        Stop-E2BProcess $counter

        # By the object's text, by the id, and again: each is a copy of its own.
        foreach ($copy in (New-E2BSandbox -Template $snapshot), (New-E2BSandbox $snapshot.SnapshotId)) {
            $copy.SandboxId | Should -Not -Be $sandbox.SandboxId
            Get-E2BFile $copy state -Raw | Should -Be 'at the snapshot'
            Invoke-E2BCommand $copy 'echo $FROM' | Should -Be 'the original'
            $copy.Metadata.Count | Should -Be 0
            Set-E2BFile $copy state $copy.SandboxId
            Remove-E2BSandbox $copy
        }
        Get-E2BFile $sandbox state -Raw | Should -Be 'later'
    }

    It 'outlives its sandbox' {
        $short = New-E2BSandbox
        Set-E2BFile $short kept 'kept' -NoNewline
        $snapshot = $short | New-E2BSnapshot
        Remove-E2BSandbox $short
        (Get-E2BSnapshot $short).SnapshotId | Should -Be $snapshot.SnapshotId
        $copy = New-E2BSandbox $snapshot.SnapshotId
        Get-E2BFile $copy kept | Should -Be 'kept'
        Remove-E2BSandbox $copy
    }

    It 'takes a name and a tag' {
        (New-E2BSnapshot $sandbox -Name named).SnapshotId | Should -Be 'local/named:default'
        Set-E2BFile $sandbox state 'second' -NoNewline
        $second = New-E2BSnapshot $sandbox named:v2
        $second.SnapshotId, $second.Names | Should -Be 'local/named:v2', 'local/named'
        $copy = New-E2BSandbox named:v2
        Get-E2BFile $copy state | Should -Be 'second'
        $copy.Template | Should -Be 'named'
        Remove-E2BSandbox $copy
    }

    It 'makes one of each sandbox piped, and refuses one name for several' {
        $other = New-E2BSandbox
        $made = $sandbox, $other.SandboxId | New-E2BSnapshot
        $made.SourceSandboxId | Sort-Object | Should -Be ($sandbox.SandboxId, $other.SandboxId | Sort-Object)
        { $sandbox, $other | New-E2BSnapshot -Name both } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        Get-E2BSnapshot -Name bot* | Should -BeNullOrEmpty
    }

    It 'makes none with -WhatIf, of a paused sandbox, of none, with a name that cannot be' {
        $count = @(Get-E2BSnapshot).Count
        New-E2BSnapshot $sandbox -WhatIf | Should -BeNullOrEmpty
        { New-E2BSnapshot i0000000000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        { New-E2BSnapshot $sandbox -Name 'not a name' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSnapshot $null } | Should -Throw -ErrorId 'ParameterArgumentValidationErrorNullNotAllowed,*'
        Suspend-E2BSandbox $sandbox
        New-E2BSnapshot $sandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        Resume-E2BSandbox $sandbox
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BConflict,*'
        "$problem" | Should -BeLike '*paused*Resume it first*'
        @(Get-E2BSnapshot).Count | Should -Be $count
    }

    It 'leaves none when it is stopped' {
        $null = Invoke-E2BCommand $sandbox 'head -c 400M /dev/urandom > large; sync'
        $before = @(Get-E2BSnapshot).SnapshotId
        function Get-Checkpoint {
            $log = Invoke-RestMethod "$($env:E2B_API_URL)v2/sandboxes/$($sandbox.SandboxId)/logs" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
            @($log.logs.message -eq 'Checkpointing sandbox').Count
        }
        $started = Get-Checkpoint
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('param($module, $sandbox) Import-Module $module; New-E2BSnapshot $sandbox')
            $null = $shell.AddArgument("$PSScriptRoot/../../out/E2B/E2B.psd1").AddArgument($sandbox)
            $null = $shell.BeginInvoke()
            Wait-Until { (Get-Checkpoint) -gt $started }
            $null = $shell.StopAsync($null, $null)
            Wait-Until { $shell.InvocationStateInfo.State -in 'Stopped', 'Failed', 'Completed' }
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally { $shell.Dispose() }

        # The same by Core, which returns when what was made all the same is deleted again.
        Wait-Until { Invoke-E2BCommand $sandbox 'echo goes on' -ErrorAction SilentlyContinue }
        Wait-Until { @(Get-E2BSnapshot).Count -eq $before.Count }
        $started = Get-Checkpoint
        $stop = [Threading.CancellationTokenSource]::new()
        $making = $sandbox.CreateSnapshotAsync($null, $stop.Token)
        Wait-Until { (Get-Checkpoint) -gt $started }
        $stop.Cancel()
        Wait-Until { $making.IsCompleted }
        $making.Status | Should -Be 'Canceled'
        @(Get-E2BSnapshot).SnapshotId | Should -Be $before
        Invoke-E2BCommand $sandbox 'rm large; echo goes on' | Should -Be 'goes on'
    }
}

Describe 'Get-E2BSnapshot' {
    BeforeAll {
        $one = New-E2BSandbox -Metadata @{ suite = 'list' }
        $other = New-E2BSandbox -Metadata @{ suite = 'list' }
        $ofOne = 1..2 | ForEach-Object { New-E2BSnapshot $one }
        $ofOther = New-E2BSnapshot $other -Name list-other
    }
    AfterAll {
        $one, $other | Remove-E2BSandbox
        Get-E2BSnapshot | Remove-E2BSnapshot -Force
    }

    It 'lists all, the newest first' {
        (Get-E2BSnapshot).SnapshotId | Should -Be @($ofOther.SnapshotId, $ofOne[1].SnapshotId, $ofOne[0].SnapshotId)
    }

    It 'lists those of a sandbox, by object, id and pipeline' {
        $expected = @($ofOne[1].SnapshotId, $ofOne[0].SnapshotId)
        (Get-E2BSnapshot $one).SnapshotId | Should -Be $expected
        (Get-E2BSnapshot -Sandbox $one.SandboxId).SnapshotId | Should -Be $expected
        ($one | Get-E2BSnapshot).SourceSandboxId | Should -Be @($one.SandboxId, $one.SandboxId)
        ($one, $other | Get-E2BSnapshot) | Should -HaveCount 3
        Get-E2BSnapshot i0000000000000000000 | Should -BeNullOrEmpty
        Get-E2BSandbox -Metadata @{ suite = 'nobody' } | Get-E2BSnapshot | Should -BeNullOrEmpty -Because 'no sandbox is not all sandboxes'
        { Get-E2BSnapshot -Sandbox $null } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Get-E2BSnapshot 'a/b', x -Name any -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'takes a text that is no sandbox''s id as a name, as Remove-E2BSnapshot does' {
        (Get-E2BSnapshot list-other).SnapshotId | Should -Be $ofOther.SnapshotId
        (Get-E2BSnapshot local/list-other).SnapshotId | Should -Be $ofOther.SnapshotId
        (Get-E2BSnapshot list-*).SnapshotId | Should -Be $ofOther.SnapshotId
        { Get-E2BSnapshot 'list-none:any' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSnapshotNotFound,*'
        { Get-E2BSnapshot 'a/b' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'gets by name, and says which one is not there' {
        (Get-E2BSnapshot -Name list-other).SnapshotId | Should -Be $ofOther.SnapshotId
        (Get-E2BSnapshot -Name local/list-other).SnapshotId | Should -Be $ofOther.SnapshotId
        foreach ($pattern in 'LIST-*', 'local/list*', '*other', 'list-other:def*', '*:default') {
            (Get-E2BSnapshot -Name $pattern).SnapshotId | Should -Be $ofOther.SnapshotId -Because $pattern
        }
        Get-E2BSnapshot $one -Name list-* | Should -BeNullOrEmpty
        Get-E2BSnapshot -Name no-such-*, list-other | Should -HaveCount 1
        $found = Get-E2BSnapshot -Name no-such-name, list-other -ErrorAction SilentlyContinue -ErrorVariable problem
        $found.SnapshotId | Should -Be $ofOther.SnapshotId
        $problem.FullyQualifiedErrorId, $problem.TargetObject | Should -Be 'E2BSnapshotNotFound,E2B.PowerShell.Commands.GetE2BSnapshotCommand', 'no-such-name'
    }

    It 'gets by id, with and without the tag, and by pattern' {
        $id = $ofOne[0].SnapshotId
        (Get-E2BSnapshot -Id $id).SnapshotId | Should -Be $id
        (Get-E2BSnapshot -Id ($id -replace ':.*')).SnapshotId | Should -Be $id
        (Get-E2BSnapshot -Id "$($id.Substring(0, 10))*").SnapshotId | Should -Be $id
        Get-E2BSnapshot -Id 'zzzzzzzzzzz*' | Should -BeNullOrEmpty
        { Get-E2BSnapshot -Id $id.Substring(0, 10) -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSnapshotNotFound,*'
    }

    It 'asks for no page that is not read' {
        $pages = [ListPages]::new(10, '{"snapshotID":"snap#:default","names":["team/name#"]}')
        try {
            $connection = Connect-Page $pages
            (Get-E2BSnapshot -Connection $connection | Select-Object -First 5).SnapshotId | Should -Be (0..4 | ForEach-Object { "snap${_}:default" })
            $pages.Asked | Should -Be @('/snapshots', '/snapshots?nextToken=3')
            $pages.Asked.Clear()
            Get-E2BSnapshot -Connection $connection | Select-Object -First 3 | Should -HaveCount 3
            $pages.Asked | Should -Be @('/snapshots')
            $pages.Asked.Clear()
            (Get-E2BSnapshot -Id snap4 -Connection $connection).SnapshotId | Should -Be 'snap4:default'
            $pages.Asked | Should -Be @('/snapshots', '/snapshots?nextToken=3')
            $pages.Asked.Clear()
            Get-E2BSnapshot -Connection $connection | Should -HaveCount 10
            $pages.Asked.Count | Should -Be 4
        }
        finally { $pages.Dispose() }
    }

    It 'shows a table that fits 80 columns' {
        $text = @(Get-E2BSnapshot $one)[0], $ofOther | Out-String -Width 80
        $text | Should -BeLike '*SnapshotId*Made of*Names*'
        $text | Should -BeLike "*$($ofOne[1].SnapshotId)*$($one.SandboxId)*local/list-other:default*$($other.SandboxId)*local/list-other*"
        $text | Should -Not -BeLike '*…*'
    }

    It 'is completed: ids and names' {
        function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.ListItemText }
        Complete 'Remove-E2BSnapshot ' | Should -Be (@(Get-E2BSnapshot).SnapshotId | Sort-Object)
        Complete "Get-E2BSnapshot -Id $($ofOne[0].SnapshotId.Substring(0, 8))" | Should -Be $ofOne[0].SnapshotId
        Complete 'Get-E2BSnapshot -Name lo' | Should -Be 'local/list-other'
        $line = 'Remove-E2BSnapshot local/li'
        $offered = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
        & ([scriptblock]::Create("$offered")) | Should -Be 'local/list-other:default' -Because 'it is quoted where it has to be'
    }
}

Describe 'Remove-E2BSnapshot' {
    BeforeAll { $sandbox = New-E2BSandbox }
    AfterAll {
        Get-E2BSandbox -State All | Remove-E2BSandbox
        Get-E2BSnapshot | Remove-E2BSnapshot -Force
    }

    It 'asks, unless told not to' {
        [System.Management.Automation.CmdletAttribute] $attribute = (Get-Command Remove-E2BSnapshot).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)[0]
        $attribute.ConfirmImpact | Should -Be 'High'
        $snapshot = New-E2BSnapshot $sandbox
        Remove-E2BSnapshot $snapshot -WhatIf
        Remove-E2BSnapshot $snapshot -Force -WhatIf
        & { $WhatIfPreference = $true; Remove-E2BSnapshot $snapshot -Force }
        (Get-E2BSnapshot).SnapshotId | Should -Contain $snapshot.SnapshotId

        # Where nobody can be asked, that is an error and nothing is deleted.
        $said = Invoke-Fresh "Import-Module '$PSScriptRoot/../../out/E2B/E2B.psd1'; try { Remove-E2BSnapshot '$snapshot' } catch { 'asked: ' + `$_ }"
        "$said" | Should -BeLike 'asked: *'
        (Get-E2BSnapshot).SnapshotId | Should -Contain $snapshot.SnapshotId
        Remove-E2BSnapshot $snapshot -Confirm:$false
        (Get-E2BSnapshot).SnapshotId | Should -Not -Contain $snapshot.SnapshotId
    }

    It 'takes objects, ids, names and pipelines, several at a time' {
        $null = New-E2BSnapshot $sandbox -Name by-name
        $three = 1..3 | ForEach-Object { New-E2BSnapshot $sandbox }
        Remove-E2BSnapshot by-name, $three[0].SnapshotId -Force
        $three[1..2] | Remove-E2BSnapshot -Force
        Get-E2BSnapshot $sandbox | Should -BeNullOrEmpty
    }

    It 'says what is not there and what is no snapshot, and deletes the others' {
        $snapshot = New-E2BSnapshot $sandbox
        'no-such-snapshot', $sandbox, $snapshot | Remove-E2BSnapshot -Force -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId -replace ',.*' | Sort-Object | Should -Be @('E2BNotASnapshot', 'E2BSnapshotNotFound')
        ($problem | Where-Object FullyQualifiedErrorId -like 'E2BSnapshotNotFound*').TargetObject | Should -Be 'no-such-snapshot'
        (Get-E2BSnapshot).SnapshotId | Should -Not -Contain $snapshot.SnapshotId
        (Get-E2BSandbox).SandboxId | Should -Contain $sandbox.SandboxId
    }

    It 'refuses what sandboxes are using, running or paused, and says so' {
        $snapshot = New-E2BSnapshot $sandbox
        $copy = New-E2BSandbox $snapshot.SnapshotId
        Remove-E2BSnapshot $snapshot -Force -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BConflict,*'
        "$problem" | Should -BeLike '*running sandboxes using it. End the sandboxes*'
        Suspend-E2BSandbox $copy
        Remove-E2BSnapshot $snapshot -Force -ErrorAction SilentlyContinue -ErrorVariable problem
        "$problem" | Should -BeLike '*paused sandboxes using it. End the sandboxes*'
        Remove-E2BSandbox $copy
        Remove-E2BSnapshot $snapshot -Force -ErrorAction Stop
        { New-E2BSandbox $snapshot.SnapshotId -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotFound,*'
    }
}

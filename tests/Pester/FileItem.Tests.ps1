BeforeAll {
    $sandbox = New-E2BSandbox
    $second = New-E2BSandbox
    $make = @'
rm -rf /tmp/tree; mkdir -p /tmp/tree/sub/deep /tmp/tree/.hidden '/tmp/tree/with space' && cd /tmp/tree
echo a > a.log; echo b > B.LOG; echo c > c.txt; echo h > .h.log; echo 1 > 'q[1].log'; echo d > sub/d.log; echo e > sub/deep/e.log
echo i > .hidden/i.log; echo s > 'with space/s.log'; ln -s a.log link; ln -s sub dirlink; ln -s nowhere broken
'@
    Invoke-E2BCommand $sandbox $make
}
AfterAll {
    Set-E2BDefault -Sandbox $null
    $sandbox, $second | Remove-E2BSandbox
}

Describe 'Get-E2BChildItem' {
    It 'lists a directory without what is hidden' {
        Get-E2BChildItem $sandbox /tmp/tree -Name | Sort-Object -CaseSensitive |
            Should -BeExactly ('B.LOG', 'a.log', 'broken', 'c.txt', 'dirlink', 'link', 'q[1].log', 'sub', 'with space' | Sort-Object -CaseSensitive)
        (Get-E2BChildItem $sandbox /tmp/tree -Force).Name | Should -Contain '.hidden'
        (Get-E2BChildItem $sandbox /tmp/tree -Force).Count | Should -Be 11
    }

    It 'lists the home by default, of the user asked for' {
        Set-E2BFile $sandbox in-home 'x'
        (Get-E2BChildItem $sandbox).Path | Should -Contain '/home/user/in-home'
        Set-E2BFile $sandbox /root/of-root 'x' -User root
        (Get-E2BChildItem $sandbox -User root).Path | Should -Contain '/root/of-root'
    }

    It 'emits entries that know what they are' {
        $entries = Get-E2BChildItem $sandbox /tmp/tree
        $entries | Should -BeOfType ([E2B.SandboxEntry])
        $link = $entries | Where-Object Name -EQ link
        $link.SymlinkTarget | Should -Be '/tmp/tree/a.log'
        $file = $entries | Where-Object Name -EQ a.log
        $file.Size, $file.Owner, $file.IsDirectory | Should -Be @(2, 'user', $false)
    }

    It 'lists what is below, a directory at a time, and no hidden directories' {
        (Get-E2BChildItem $sandbox /tmp/tree -Recurse -Name)[-5..-1] | Should -Be @('with space', 'sub/d.log', 'sub/deep', 'sub/deep/e.log', 'with space/s.log')
        Get-E2BChildItem $sandbox /tmp/tree -Recurse -Name | Should -Not -Contain '.hidden/i.log'
        Get-E2BChildItem $sandbox /tmp/tree -Recurse -Force -Name | Should -Contain '.hidden/i.log'
        Get-E2BChildItem $sandbox /tmp/tree -Depth 0 -Name | Should -Not -Contain 'sub/d.log'
        Get-E2BChildItem $sandbox /tmp/tree -Depth 1 -Name | Should -Contain 'sub/d.log'
        Get-E2BChildItem $sandbox /tmp/tree -Depth 1 -Name | Should -Not -Contain 'sub/deep/e.log'
    }

    It 'lists only files or only directories' {
        Get-E2BChildItem $sandbox /tmp/tree -Directory -Name | Should -Be @('dirlink', 'sub', 'with space')
        Get-E2BChildItem $sandbox /tmp/tree/sub -File -Name | Should -Be 'd.log'
    }

    It 'takes wildcards in any part of the path' {
        Get-E2BChildItem $sandbox /tmp/tree/*.log -Name | Should -Be @('B.LOG', 'a.log', 'q[1].log')
        (Get-E2BChildItem $sandbox /tmp/t*e/s?b/*).Path | Should -Be @('/tmp/tree/sub/d.log', '/tmp/tree/sub/deep')
        (Get-E2BChildItem $sandbox '/tmp/tree/*/d.log').Path | Should -Be @('/tmp/tree/dirlink/d.log', '/tmp/tree/sub/d.log')
        (Get-E2BChildItem $sandbox '/tmp/tree/[a-c].*').Name | Should -Be @('B.LOG', 'a.log', 'c.txt')
        (Get-E2BChildItem $sandbox '/tmp/tree/.h*').Name | Should -Be @('.h.log', '.hidden')
        (Get-E2BChildItem $sandbox /tmp/tree/s*/).Name | Should -Be 'sub'
        Get-E2BChildItem $sandbox /tmp/tree/*.none | Should -BeNullOrEmpty
        Get-E2BChildItem $sandbox /tmp/none/* | Should -BeNullOrEmpty
    }

    It 'looks for names below with wildcards and -Recurse' {
        Get-E2BChildItem $sandbox /tmp/tree/*.log -Recurse -Name |
            Should -Be @('B.LOG', 'a.log', 'q[1].log', 'sub/d.log', 'sub/deep/e.log', 'with space/s.log')
        Get-E2BChildItem $sandbox /tmp/tree/s*/*.log -Recurse -Name | Should -Be @('d.log', 'deep/e.log')
    }

    It 'takes a name with brackets by backtick and literally' {
        (Get-E2BChildItem $sandbox '/tmp/tree/q`[1`].log').Name | Should -Be 'q[1].log'
        (Get-E2BChildItem $sandbox -LiteralPath '/tmp/tree/q[1].log').Name | Should -Be 'q[1].log'
        Get-E2BChildItem $sandbox '/tmp/tree/q[1].log' | Should -BeNullOrEmpty
        { Get-E2BChildItem $sandbox '/tmp/tree/q[*' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'filters names' {
        Get-E2BChildItem $sandbox /tmp/tree -Filter *.log -Name | Should -Be @('B.LOG', 'a.log', 'q[1].log')
        Get-E2BChildItem $sandbox /tmp/tree -Include *.log, *.txt -Exclude b* -Name | Should -Be @('a.log', 'c.txt', 'q[1].log')
        Get-E2BChildItem $sandbox /tmp/tree -Recurse -Include e.*, s.* -Name | Should -Be @('sub/deep/e.log', 'with space/s.log')
    }

    It 'says what is not there, and lists the rest' {
        $names = Get-E2BChildItem $sandbox /tmp/none, /tmp/tree/sub -Name -ErrorAction SilentlyContinue -ErrorVariable problem
        $names | Should -Be @('d.log', 'deep')
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BFileNotFound,*'
        $problem.TargetObject | Should -Be '/tmp/none'
    }

    It 'lists in several sandboxes, piped or by the default' {
        Set-E2BFile $sandbox, $second /tmp/both/x 'x'
        ($sandbox, $second | Get-E2BChildItem /tmp/both).SandboxId | Should -Be @($sandbox.SandboxId, $second.SandboxId)
        (Get-E2BChildItem $sandbox, $second.SandboxId /tmp/both -ThrottleLimit 1).Name | Should -Be @('x', 'x')
        Set-E2BDefault -Sandbox $second
        Get-E2BChildItem /tmp/both -Name | Should -Be 'x'
        Get-E2BSandbox -Metadata @{ none = 'such' } | Get-E2BChildItem | Should -BeNullOrEmpty
        Set-E2BDefault -Sandbox $null
        { Get-E2BChildItem /tmp/both } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }

    It 'lists directories that come down the pipeline' {
        Get-E2BChildItem $sandbox /tmp/tree/sub -Directory | Get-E2BChildItem -Name | Should -Be 'e.log'
    }

    It 'is shown by directory, with sizes a person can read' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/shown/below; head -c 1536 /dev/zero > /tmp/shown/kib; head -c 3M /dev/zero > /tmp/shown/below/mib; ln -s kib /tmp/shown/ln'
        $text = Get-E2BChildItem $sandbox /tmp/shown -Recurse | Out-String -Width 120
        $text | Should -Match "Directory: $($sandbox.SandboxId):/tmp/shown\r?\n"
        $text | Should -Match "Directory: $($sandbox.SandboxId):/tmp/shown/below\r?\n"
        $text | Should -Match '1.5 KiB kib'
        $text | Should -Match '3.0 MiB mib'
        $text | Should -Match 'ln -> /tmp/shown/kib'
    }
}

Describe 'Get-E2BItem' {
    It 'tells everything about an entry, metadata included' {
        Set-E2BFile $sandbox /tmp/labelled 'x' -Metadata @{ purpose = 'test' }
        $entry = Get-E2BItem $sandbox /tmp/labelled
        $entry.Path, $entry.Size, $entry.Permissions, $entry.Group | Should -Be @('/tmp/labelled', 2, '-rw-r--r--', 'user')
        $entry.Metadata['purpose'] | Should -Be 'test'
        $entry | Format-List | Out-String | Should -Match 'purpose=test'
    }

    It 'takes several paths and wildcards' {
        (Get-E2BItem $sandbox /tmp/tree/sub, /tmp/tree/*.txt).Path | Should -Be @('/tmp/tree/sub', '/tmp/tree/c.txt')
        (Get-E2BItem $sandbox /tmp/tree/* -Force).Count | Should -Be 11
        Get-E2BItem $sandbox /tmp/tree/*.none | Should -BeNullOrEmpty
        { Get-E2BItem $sandbox /tmp/tree/none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
        '/tmp/tree/sub', '/tmp/tree/c.txt' | Get-E2BItem -Sandbox $sandbox | Should -HaveCount 2
    }
}

Describe 'Test-E2BPath' {
    It 'says what is there' {
        Test-E2BPath $sandbox /tmp/tree/a.log, /tmp/tree/none, /tmp/tree | Should -Be @($true, $false, $true)
        Test-E2BPath $sandbox /tmp/tree/a.log, /tmp/tree, /tmp/tree/dirlink -PathType Leaf | Should -Be @($true, $false, $false)
        Test-E2BPath $sandbox /tmp/tree/a.log, /tmp/tree, /tmp/tree/dirlink -PathType Container | Should -Be @($false, $true, $true)
        Test-E2BPath $sandbox /tmp/tree/*.log, /tmp/tree/*.none | Should -Be @($true, $false)
        Test-E2BPath $sandbox '/tmp/tree/q[1].log' | Should -BeFalse
        Test-E2BPath $sandbox -LiteralPath '/tmp/tree/q[1].log' | Should -BeTrue
    }

    It 'says that nothing is below a file' {
        Test-E2BPath $sandbox /tmp/tree/a.log/x, /tmp/tree/a.log/x/y | Should -Be @($false, $false)
    }

    It 'is an error where nobody can know' {
        $gone = New-E2BSandbox
        Remove-E2BSandbox $gone
        Test-E2BPath $gone /tmp -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSandbox*'
    }
}

Describe 'New-E2BDirectory' {
    It 'makes directories and returns them, also those that are there' {
        $made = New-E2BDirectory $sandbox /tmp/made/a, '/tmp/made/b [1]'
        $made.Path | Should -Be @('/tmp/made/a', '/tmp/made/b [1]')
        $made.IsDirectory | Should -Be @($true, $true)
        (New-E2BDirectory $sandbox /tmp/made/a).Path | Should -Be '/tmp/made/a'
        (New-E2BDirectory $sandbox /root/theirs -User root).Owner | Should -Be 'root'
        ($sandbox, $second | New-E2BDirectory /tmp/on-both).SandboxId | Should -Be @($sandbox.SandboxId, $second.SandboxId)
    }

    It 'does not touch a file, and nothing with -WhatIf' {
        { New-E2BDirectory $sandbox /tmp/tree/a.log -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        New-E2BDirectory $sandbox /tmp/made/never -WhatIf
        Test-E2BPath $sandbox /tmp/made/never | Should -BeFalse
    }
}

Describe 'Move-E2BItem' {
    BeforeEach { Invoke-E2BCommand $sandbox 'rm -rf /tmp/move; mkdir -p /tmp/move/to/sub && cd /tmp/move && echo a > a && echo b > b && mkdir d && echo x > d/x' }

    It 'renames' {
        Move-E2BItem $sandbox /tmp/move/a /tmp/move/c | Should -BeNullOrEmpty
        Get-E2BFile $sandbox /tmp/move/c | Should -Be 'a'
        Test-E2BPath $sandbox /tmp/move/a | Should -BeFalse
        (Move-E2BItem $sandbox /tmp/move/d /tmp/move/e -PassThru).Path | Should -Be '/tmp/move/e'
        Get-E2BFile $sandbox /tmp/move/e/x | Should -Be 'x'
    }

    It 'moves into a directory that is there' {
        Move-E2BItem $sandbox /tmp/move/a, /tmp/move/d /tmp/move/to
        Get-E2BChildItem $sandbox /tmp/move/to -Name | Should -Be @('a', 'd', 'sub')
    }

    It 'moves what comes down the pipeline' {
        Get-E2BChildItem $sandbox /tmp/move -File | Move-E2BItem -Destination /tmp/move/to -PassThru | Should -HaveCount 2
        Get-E2BChildItem $sandbox /tmp/move/to -File -Name | Should -Be @('a', 'b')
    }

    It 'replaces a file only with -Force, and loses nothing otherwise' {
        Set-E2BFile $sandbox /tmp/move/to/a 'other'
        { Move-E2BItem $sandbox /tmp/move/a /tmp/move/b -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        { Move-E2BItem $sandbox /tmp/move/a /tmp/move/to -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        Get-E2BFile $sandbox /tmp/move/a, /tmp/move/b, /tmp/move/to/a | Should -Be @('a', 'b', 'other')
        Move-E2BItem $sandbox /tmp/move/a /tmp/move/to -Force
        Get-E2BFile $sandbox /tmp/move/to/a | Should -Be 'a'
    }

    It 'never replaces a directory, nor a file by one' {
        Invoke-E2BCommand $sandbox 'mkdir /tmp/move/to/d'
        { Move-E2BItem $sandbox /tmp/move/d /tmp/move/to -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        { Move-E2BItem $sandbox /tmp/move/d /tmp/move/b -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        Get-E2BFile $sandbox /tmp/move/d/x, /tmp/move/b | Should -Be @('x', 'b')
    }

    It 'moves several only into a directory that is there' {
        Move-E2BItem $sandbox /tmp/move/a, /tmp/move/b /tmp/move/none -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BFileNotFound,*'
        '/tmp/move/a', '/tmp/move/b' | Move-E2BItem -Sandbox $sandbox -Destination /tmp/move/none -ErrorAction SilentlyContinue
        { Move-E2BItem $sandbox /tmp/move/a /tmp/move/none/ -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
        Get-E2BChildItem $sandbox /tmp/move -File -Name | Should -Be @('a', 'b')
        Test-E2BPath $sandbox /tmp/move/none | Should -BeFalse
    }

    It 'says what is missing' {
        { Move-E2BItem $sandbox /tmp/move/a } | Should -Throw -ErrorId 'E2BNoDestination,*'
        { Move-E2BItem $sandbox /tmp/move/nothing /tmp/move/c -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
        { Move-E2BItem $sandbox /tmp/move/a 'C:\x' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        Move-E2BItem $sandbox /tmp/move/a /tmp/move/c -WhatIf
        Test-E2BPath $sandbox /tmp/move/a | Should -BeTrue
    }
}

Describe 'Remove-E2BItem' {
    BeforeEach { Invoke-E2BCommand $sandbox $make }

    It 'removes files, also by wildcard, but nothing hidden without -Force' {
        Remove-E2BItem $sandbox /tmp/tree/*.log | Should -BeNullOrEmpty
        Get-E2BChildItem $sandbox /tmp/tree -Force -File -Name | Should -Be @('.h.log', 'broken', 'c.txt', 'link')
        Remove-E2BItem $sandbox /tmp/tree/*.log -Force
        Test-E2BPath $sandbox /tmp/tree/.h.log | Should -BeFalse
        Remove-E2BItem $sandbox /tmp/tree/*.none
    }

    It 'removes what comes down the pipeline' {
        Get-E2BChildItem $sandbox /tmp/tree/*.log -Recurse | Remove-E2BItem
        Get-E2BChildItem $sandbox /tmp/tree -Recurse -Filter *.log | Should -BeNullOrEmpty
        Get-E2BChildItem $sandbox /tmp/tree -Recurse -Force | Remove-E2BItem -Recurse
        Get-E2BChildItem $sandbox /tmp/tree -Force | Should -BeNullOrEmpty
    }

    It 'removes a directory with what it holds only with -Recurse' {
        Remove-E2BItem $sandbox /tmp/tree/sub -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BDirectoryNotEmpty,*'
        $problem.TargetObject | Should -Be '/tmp/tree/sub'
        Test-E2BPath $sandbox /tmp/tree/sub/d.log | Should -BeTrue
        Remove-E2BItem $sandbox /tmp/tree/sub -Recurse
        Test-E2BPath $sandbox /tmp/tree/sub | Should -BeFalse
        $null = New-E2BDirectory $sandbox /tmp/tree/empty
        Remove-E2BItem $sandbox /tmp/tree/empty
        Test-E2BPath $sandbox /tmp/tree/empty | Should -BeFalse
    }

    It 'removes a link, not where it leads' {
        Remove-E2BItem $sandbox /tmp/tree/dirlink, /tmp/tree/link, /tmp/tree/broken
        Get-E2BChildItem $sandbox /tmp/tree -Name | Should -Be @('B.LOG', 'a.log', 'c.txt', 'q[1].log', 'sub', 'with space')
        Test-E2BPath $sandbox /tmp/tree/sub/d.log | Should -BeTrue
    }

    It 'says what is not there, unless -Force' {
        { Remove-E2BItem $sandbox /tmp/tree/none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
        { Remove-E2BItem $sandbox /tmp/tree/none -Force -ErrorAction Stop } | Should -Not -Throw
    }

    It 'refuses the root, the home and what holds it: <_>' -ForEach '/', '//', '/home', '/home/', '/home/user', '/home/user/', '/home/../home/user', '~', '.', 'notes/..', '/tmp/..' {
        Set-E2BFile $sandbox /home/user/notes/kept 'x'
        { Remove-E2BItem $sandbox $_ -Recurse -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProtectedPath,*'
        Test-E2BPath $sandbox /home/user/notes/kept | Should -BeTrue
    }

    It 'refuses the home also when a wildcard finds it, and removes what is in it' {
        { Remove-E2BItem $sandbox '/home/u*' -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProtectedPath,*'
        Set-E2BFile $second /home/user/x/y 'z'
        Remove-E2BItem $second '/home/user/*' -Recurse
        Get-E2BChildItem $second | Should -BeNullOrEmpty
    }

    It 'removes nothing with -WhatIf' {
        Remove-E2BItem $sandbox /tmp/tree -Recurse -WhatIf
        Test-E2BPath $sandbox /tmp/tree/sub/d.log | Should -BeTrue
    }

    It 'removes in several sandboxes' {
        Set-E2BFile $sandbox, $second /tmp/gone 'x'
        $sandbox, $second | Remove-E2BItem /tmp/gone
        $sandbox, $second | Test-E2BPath /tmp/gone | Should -Be @($false, $false)
    }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Set-E2BFile and Get-E2BFile' {
    It 'write and read lines' {
        'one', '', 'grüße €' | Set-E2BFile $sandbox /tmp/lines
        Get-E2BFile $sandbox /tmp/lines | Should -BeExactly @('one', '', 'grüße €')
        Invoke-E2BCommand $sandbox 'wc -l < /tmp/lines' | Should -BeExactly '3'
    }

    It 'write a value as it is with -NoNewline' {
        Set-E2BFile $sandbox /tmp/exact "a`r`nb" -NoNewline
        Get-E2BFile $sandbox /tmp/exact -Raw | Should -BeExactly "a`r`nb"
        'a', 'b' | Set-E2BFile $sandbox /tmp/joined -NoNewline
        Get-E2BFile $sandbox /tmp/joined -Raw | Should -BeExactly 'ab'
    }

    It 'write several values' {
        Set-E2BFile $sandbox /tmp/values 'a', 'b'
        Get-E2BFile $sandbox /tmp/values | Should -BeExactly @('a', 'b')
    }

    It 'write an empty file' {
        Set-E2BFile $sandbox /tmp/empty '' -NoNewline
        Invoke-E2BCommand $sandbox 'stat -c %s /tmp/empty' | Should -Be '0'
        Get-E2BFile $sandbox /tmp/empty | Should -BeNullOrEmpty
    }

    It 'bring every byte through' {
        $bytes = [byte[]](0..255) * 300
        , $bytes | Set-E2BFile $sandbox /tmp/bytes
        $back = Get-E2BFile $sandbox /tmp/bytes -AsByteStream -Raw
        , $back | Should -BeOfType ([byte[]])
        [Linq.Enumerable]::SequenceEqual($bytes, $back) | Should -BeTrue
        [byte[]] $single = Get-E2BFile $sandbox /tmp/bytes -AsByteStream
        [Linq.Enumerable]::SequenceEqual($bytes, $single) | Should -BeTrue
    }

    It 'stream what comes down the pipeline' {
        1..100000 | Set-E2BFile $sandbox /tmp/many
        Invoke-E2BCommand $sandbox 'wc -l < /tmp/many; tail -1 /tmp/many' | Should -BeExactly @('100000', '100000')
        (Get-E2BFile $sandbox /tmp/many | Measure-Object -Sum).Sum | Should -Be 5000050000
    }

    It 'stop reading when nobody wants more' {
        Get-E2BFile $sandbox /tmp/lines | Select-Object -First 1 | Should -Be 'one'
    }

    It 'take relative paths from the home of the user' {
        Set-E2BFile $sandbox notes/a 'x'
        Invoke-E2BCommand $sandbox 'cat /home/user/notes/a; stat -c %U /home/user/notes /home/user/notes/a' | Should -Be @('x', 'user', 'user')
    }

    It 'act for another user' {
        Set-E2BFile $sandbox /root/secret 'of root' -User root
        Get-E2BFile $sandbox /root/secret -User root | Should -Be 'of root'
        Invoke-E2BCommand $sandbox 'stat -c %U /root/secret' -User root | Should -Be 'root'
    }

    It 'return the written file with -PassThru' {
        $entry = 'x' | Set-E2BFile $sandbox /tmp/passed -PassThru
        $entry | Should -BeOfType ([E2B.SandboxEntry])
        $entry.Path | Should -Be '/tmp/passed'
    }

    It 'write nothing with -WhatIf' {
        'x' | Set-E2BFile $sandbox /tmp/not-there -WhatIf
        { Get-E2BFile $sandbox /tmp/not-there -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
    }

    It 'say what is not there' {
        Get-E2BFile $sandbox /tmp/nothing -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BFileNotFound,*'
        $problem.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problem.TargetObject | Should -Be '/tmp/nothing'
        { Get-E2BFile $sandbox /tmp -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'say that the disk is full' {
        $small = New-E2BSandbox
        try {
            Complete-Disk $small
            { , [byte[]]::new(8MB) | Set-E2BFile $small /tmp/more -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSpace,*'
        }
        finally { Remove-E2BSandbox $small }
    }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
    $second = New-E2BSandbox
    function Write-ByteFile([string] $Path, [byte[]] $Bytes) { , $Bytes | Set-E2BFile $sandbox $Path -AsByteStream }
    function Read-ByteFile([string] $Path) { , (Get-E2BFile $sandbox $Path -AsByteStream -Raw) }
    function Test-Same([byte[]] $One, [byte[]] $Other) { [Linq.Enumerable]::SequenceEqual($One, $Other) }
}
AfterAll { $sandbox, $second | Remove-E2BSandbox }

Describe 'Get-E2BFile' {
    It 'ends lines where Get-Content does' {
        $local = Join-Path $TestDrive 'ends'
        $text = "a`rb`r`nc`n`n`r`rd`r"
        [IO.File]::WriteAllText($local, $text)
        Set-E2BFile $sandbox /tmp/ends $text -NoNewline
        Get-E2BFile $sandbox /tmp/ends | Should -BeExactly (Get-Content $local)
        foreach ($count in 1..8) {
            Get-E2BFile $sandbox /tmp/ends -Tail $count | Should -BeExactly (Get-Content $local -Tail $count)
            Get-E2BFile $sandbox /tmp/ends -TotalCount $count | Should -BeExactly (Get-Content $local -TotalCount $count)
        }
    }

    It 'reads <_> as it is said to be' -ForEach 'ascii', 'ansi', 'bigendianunicode', 'bigendianutf32', 'oem', 'unicode', 'utf8', 'utf8BOM', 'utf8NoBOM', 'utf32', 'iso-8859-1', 932 {
        $local = Join-Path $TestDrive 'encoded'
        Set-Content $local 'grün', 'Straße' -Encoding $_
        Write-ByteFile /tmp/encoded ([IO.File]::ReadAllBytes($local))
        $expected = Get-Content $local -Encoding $_
        Get-E2BFile $sandbox /tmp/encoded -Encoding $_ | Should -BeExactly $expected
        Get-E2BFile $sandbox /tmp/encoded -Encoding $_ -Raw | Should -BeExactly (Get-Content $local -Encoding $_ -Raw)
        Get-E2BFile $sandbox /tmp/encoded -Encoding $_ -Tail 1 | Should -BeExactly $expected[-1]
        Set-E2BFile $sandbox /tmp/written 'grün', 'Straße' -Encoding $_
        Test-Same (Read-ByteFile /tmp/written) ([IO.File]::ReadAllBytes($local)) | Should -BeTrue
    }

    It 'believes a byte order mark more than -Encoding, as Get-Content does' {
        foreach ($encoding in 'unicode', 'bigendianunicode', 'utf32', 'bigendianutf32', 'utf8BOM') {
            Set-E2BFile $sandbox /tmp/marked 'grün', 'zwei' -Encoding $encoding
            Get-E2BFile $sandbox /tmp/marked | Should -BeExactly @('grün', 'zwei')
            Get-E2BFile $sandbox /tmp/marked -Encoding ascii -Raw | Should -BeExactly "grün`nzwei`n"
            Get-E2BFile $sandbox /tmp/marked -Encoding ascii -Tail 2 | Should -BeExactly @('grün', 'zwei')
        }
    }

    It 'takes no nonsense for an encoding, and warns of what is obsolete' {
        { Get-E2BFile $sandbox /tmp/marked -Encoding nonsense } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Get-E2BFile $sandbox /tmp/marked -Encoding 99999 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        $null = Get-E2BFile $sandbox /tmp/marked -Encoding utf7 -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*UTF-7*'
    }

    It 'fetches no more than the first lines of a file of 2 TiB' {
        Invoke-E2BCommand $sandbox 'printf "one\ntwo\n" > /tmp/huge; truncate -s 2T /tmp/huge'
        Get-E2BFile $sandbox /tmp/huge -TotalCount 2 | Should -BeExactly @('one', 'two')
        Get-E2BFile $sandbox /tmp/huge -Head 1 | Should -BeExactly 'one'
        Get-E2BFile $sandbox /tmp/huge -AsByteStream -TotalCount 3 | Should -Be @(111, 110, 101)
        Get-E2BFile $sandbox /tmp/huge -TotalCount 0 | Should -BeNullOrEmpty
    }

    It 'fetches no more than the end of a file of 2 TiB' {
        Invoke-E2BCommand $sandbox 'printf "\nlast but one\nlast\n" >> /tmp/huge'
        Get-E2BFile $sandbox /tmp/huge -Tail 2 | Should -BeExactly @('last but one', 'last')
        Get-E2BFile $sandbox /tmp/huge -Last 1 | Should -BeExactly 'last'
        Get-E2BFile $sandbox /tmp/huge -AsByteStream -Tail 3 | Should -Be @(115, 116, 10)
        Get-E2BFile $sandbox /tmp/huge -Tail 0 | Should -BeNullOrEmpty
        Invoke-E2BCommand $sandbox 'rm /tmp/huge'
    }

    It 'reads the end of a long file in <_>, over the borders of blocks' -ForEach 'utf8', 'utf8BOM', 'unicode', 'bigendianunicode', 'utf32', 932 {
        # Not of one length, so that the borders of the blocks fall anywhere within lines and characters.
        $lines = 1..30000 | ForEach-Object { "Zeile $_ " + ('日本' * ($_ % 7)) }
        $lines | Set-E2BFile $sandbox /tmp/long -Encoding $_
        foreach ($count in 1, 2, 3000, 20000, 29999, 30000, 40000) {
            $end = Get-E2BFile $sandbox /tmp/long -Encoding $_ -Tail $count
            $end.Count | Should -Be ([Math]::Min($count, 30000))
            ($end -join "`n") -ceq (($lines | Select-Object -Last $count) -join "`n") | Should -BeTrue
        }
    }

    It 'reads several files, in order, and says which line is whose' {
        Set-E2BFile $sandbox /tmp/several/a.log 'a1', 'a2'
        Set-E2BFile $sandbox /tmp/several/b.log 'b'
        Set-E2BFile $sandbox '/tmp/several/c[1].log' 'c'
        $lines = Get-E2BFile $sandbox /tmp/several/b.log, /tmp/several/a.log
        $lines | Should -BeExactly @('b', 'a1', 'a2')
        $lines.Path | Should -BeExactly @('/tmp/several/b.log', '/tmp/several/a.log', '/tmp/several/a.log')
        $lines.SandboxId | Select-Object -Unique | Should -Be $sandbox.SandboxId
        Get-E2BFile $sandbox '/tmp/several/[ab].log' | Should -BeExactly @('a1', 'a2', 'b')
        Get-E2BFile $sandbox '/tmp/several/c`[1`].log' | Should -BeExactly 'c'
        Get-E2BFile $sandbox -LiteralPath '/tmp/several/c[1].log' | Should -BeExactly 'c'
        Get-E2BFile $sandbox /tmp/several/*.log -AsByteStream | Should -Be ([Text.Encoding]::ASCII.GetBytes("a1`na2`nb`nc`n"))
    }

    It 'reads entries and paths that come down the pipeline' {
        Get-E2BChildItem $sandbox /tmp/several -Filter a* | Get-E2BFile | Should -BeExactly @('a1', 'a2')
        '/tmp/several/b.log' | Get-E2BFile -Sandbox $sandbox | Should -BeExactly 'b'
        [pscustomobject]@{ SandboxId = $sandbox.SandboxId; Path = '/tmp/several/b.log' } | Get-E2BFile | Should -BeExactly 'b'
        $entry = Get-E2BItem $sandbox '/tmp/several/c`[1`].log'
        Get-E2BFile $entry | Should -BeExactly 'c'
        { $entry | Get-E2BFile -Sandbox $second } | Should -Throw -ErrorId 'E2BMixedInput,*'
    }

    It 'reads entries without a connection of the session' {
        $entry = Get-E2BItem $sandbox /tmp/several/b.log
        $key = $env:E2B_API_KEY
        try {
            $env:E2B_API_KEY = ''
            $entry | Get-E2BFile | Should -BeExactly 'b'
        }
        finally { $env:E2B_API_KEY = $key }
    }

    It 'goes on with the next file after an error' {
        $lines = Get-E2BFile $sandbox /tmp/several/a.log, /tmp/several/none, /tmp/several/b.log -ErrorAction SilentlyContinue -ErrorVariable problem
        $lines | Should -BeExactly @('a1', 'a2', 'b')
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BFileNotFound,*'
        $problem.TargetObject | Should -Be '/tmp/several/none'
        { Get-E2BFile $sandbox /tmp/several/*.none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
    }

    It 'refuses counts that contradict each other' {
        { Get-E2BFile $sandbox /tmp/several/a.log -TotalCount 1 -Tail 1 } | Should -Throw -ErrorId 'E2BAmbiguousOutput,*'
        { Get-E2BFile $sandbox /tmp/several/a.log -Raw -Tail 1 } | Should -Throw -ErrorId 'E2BAmbiguousOutput,*'
        { Get-E2BFile $sandbox } | Should -Throw -ErrorId 'E2BNoPath,*'
        { $sandbox | Get-E2BFile } | Should -Throw -ErrorId 'E2BNoPath,*'
        { Get-E2BFile $sandbox 'C:\x' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
    }

    It 'brings content compressed where that is asked for' {
        1..5000 | Set-E2BFile $sandbox /tmp/packed -Gzip
        (Get-E2BFile $sandbox /tmp/packed -Gzip | Measure-Object -Sum).Sum | Should -Be 12502500
        Invoke-E2BCommand $sandbox 'tail -1 /tmp/packed' | Should -Be '5000'
    }
}

Describe 'Set-E2BFile' {
    It 'brings bytes through unchanged, there and back' {
        $bytes = [byte[]]::new(1MB)
        [Random]::new(7).NextBytes($bytes)
        foreach ($i in 0..255) { $bytes[$i] = $i }
        $local = Join-Path $TestDrive 'bytes'
        [IO.File]::WriteAllBytes($local, $bytes)
        Get-Content $local -AsByteStream -Raw | Set-E2BFile $sandbox /tmp/there -AsByteStream
        Get-E2BFile $sandbox /tmp/there -AsByteStream -Raw | Set-E2BFile $sandbox /tmp/again -AsByteStream
        $back = Get-E2BFile $sandbox /tmp/again -AsByteStream -Raw
        Test-Same $back $bytes | Should -BeTrue
        Invoke-E2BCommand $sandbox 'cmp /tmp/there /tmp/again && echo same' | Should -Be 'same'
        [IO.File]::WriteAllBytes($local, $back)
        (Get-FileHash $local -Algorithm SHA256).Hash.ToLowerInvariant() | Should -Be (Invoke-E2BCommand $sandbox 'sha256sum < /tmp/there').Split(' ')[0]
    }

    It 'takes nothing but bytes with -AsByteStream' {
        { 'text' | Set-E2BFile $sandbox /tmp/no-bytes -AsByteStream } | Should -Throw -ErrorId 'E2BNotBytes,*'
        Test-E2BPath $sandbox /tmp/no-bytes | Should -BeFalse
    }

    It 'appends' {
        'one' | Set-E2BFile $sandbox /tmp/appended/file -Append
        'two' | Set-E2BFile $sandbox /tmp/appended/file -Append
        1..100000 | Set-E2BFile $sandbox /tmp/appended/file -Append
        $lines = Get-E2BFile $sandbox /tmp/appended/file
        $lines.Count | Should -Be 100002
        $lines[0, 1, 2, -1] | Should -BeExactly @('one', 'two', '1', '100000')
        Get-E2BChildItem $sandbox /tmp/appended -Force -Name | Should -Be 'file'
    }

    It 'appends to what has a name that means something to a shell' {
        $name = "/tmp/-a`$(touch x) 'b' `"c`";*"
        Set-E2BFile $sandbox $name '1'
        Set-E2BFile $sandbox $name '2' -Append
        Get-E2BFile $sandbox -LiteralPath $name | Should -BeExactly @('1', '2')
    }

    It 'writes one byte order mark, at the start' {
        Set-E2BFile $sandbox /tmp/mark 'a' -Encoding unicode -Append
        Set-E2BFile $sandbox /tmp/mark 'b' -Encoding unicode -Append
        [Convert]::ToHexString((Read-ByteFile /tmp/mark)) | Should -Be 'FFFE61000A0062000A00'
    }

    It 'says when appending is not allowed' {
        Set-E2BFile $sandbox /root/theirs 'x' -User root
        Invoke-E2BCommand $sandbox 'chmod 755 /root; chmod 600 /root/theirs' -User root
        { Set-E2BFile $sandbox /root/theirs 'y' -Append -ErrorAction Stop } | Should -Throw '*ermission denied*'
        Set-E2BFile $sandbox /root/theirs 'y' -Append -User root
        Get-E2BFile $sandbox /root/theirs -User root | Should -BeExactly @('x', 'y')
        Get-E2BChildItem $sandbox /root -Force -User root -Filter .e2b* | Should -BeNullOrEmpty
    }

    It 'keeps the old content when it is interrupted, and leaves nothing behind' {
        Set-E2BFile $sandbox /tmp/kept/file 'old'
        { 1..200000 | ForEach-Object { if ($_ -eq 150000) { throw 'interrupted' }; $_ } | Set-E2BFile $sandbox /tmp/kept/file } | Should -Throw 'interrupted'
        Get-E2BFile $sandbox /tmp/kept/file | Should -BeExactly 'old'
        Get-E2BChildItem $sandbox /tmp/kept -Force -Name | Should -Be 'file'
    }

    It 'keeps the old content when it is stopped' {
        Set-E2BFile $sandbox /tmp/stopped/file 'old'
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript({
                    param($Module, $Sandbox)
                    Import-Module $Module
                    & { for ($i = 0; ; $i++) { $i } } | Set-E2BFile $Sandbox /tmp/stopped/file
                }).AddArgument((Get-Module E2B).Path).AddArgument($sandbox)
            $running = $shell.BeginInvoke()
            Wait-Until { @(Get-E2BChildItem $sandbox /tmp/stopped -Force).Count -eq 2 }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            { $shell.EndInvoke($running) } | Should -Throw
        }
        finally { $shell.Dispose() }
        Wait-Until { (Get-E2BChildItem $sandbox /tmp/stopped -Force -Name) -eq 'file' }
        Get-E2BFile $sandbox /tmp/stopped/file | Should -BeExactly 'old'
    }

    It 'keeps mode and owner of a file that is replaced, and writes through links' {
        Set-E2BFile $sandbox /tmp/mode/run.sh 'old'
        Invoke-E2BCommand $sandbox 'chmod 751 /tmp/mode/run.sh; ln -s run.sh /tmp/mode/link'
        1..50000 | Set-E2BFile $sandbox /tmp/mode/link
        Invoke-E2BCommand $sandbox 'stat -c "%a %U %h" /tmp/mode/run.sh; readlink /tmp/mode/link; tail -1 /tmp/mode/run.sh' |
            Should -Be @('751 user 1', 'run.sh', '50000')
        'small' | Set-E2BFile $sandbox /tmp/mode/link
        Invoke-E2BCommand $sandbox 'stat -c %a /tmp/mode/run.sh; cat /tmp/mode/run.sh' | Should -Be @('751', 'small')
    }

    It 'keeps what is there when the disk is full' {
        $small = New-E2BSandbox
        try {
            Set-E2BFile $small /tmp/precious 'old'
            Complete-Disk $small
            { , [byte[]]::new(8MB) | Set-E2BFile $small /tmp/precious -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSpace,*'
            Get-E2BFile $small /tmp/precious | Should -BeExactly 'old'
            Get-E2BChildItem $small /tmp -Force -Name | Sort-Object | Should -Be @('fill', 'precious', 'rest')
        }
        finally { Remove-E2BSandbox $small }
    }

    It 'keeps metadata with the file, however large that is' {
        Set-E2BFile $sandbox /tmp/labelled 'x' -Metadata @{ purpose = 'test'; level = 3 }
        (Get-E2BItem $sandbox /tmp/labelled).Metadata['purpose'] | Should -Be 'test'
        (Get-E2BItem $sandbox /tmp/labelled).Metadata['level'] | Should -Be '3'
        1..50000 | Set-E2BFile $sandbox /tmp/labelled -Metadata @{ purpose = 'other' }
        $metadata = (Get-E2BItem $sandbox /tmp/labelled).Metadata
        $metadata['purpose'] | Should -Be 'other'
        $metadata.ContainsKey('level') | Should -BeFalse
        { Set-E2BFile $sandbox /tmp/labelled 'x' -Append -Metadata @{ a = 'b' } } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'writes to several sandboxes, each with its own content at the end' {
        1..50000 | Set-E2BFile $sandbox, $second /tmp/both
        $sandbox, $second | Get-E2BFile /tmp/both -Tail 1 | Should -Be @('50000', '50000')
        $sandbox, $second | Set-E2BFile -Path /tmp/both -Value 'y'
        Get-E2BFile $sandbox, $second /tmp/both | Should -Be @('y', 'y')
    }

    It 'takes entries for content, as Set-Content does' {
        Get-E2BItem $sandbox /tmp/both | Set-E2BFile $sandbox /tmp/listing
        Get-E2BFile $sandbox /tmp/listing | Should -BeExactly '/tmp/both'
    }

    It 'says that a directory is no file' {
        { Set-E2BFile $sandbox /tmp 'x' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { 1..50000 | Set-E2BFile $sandbox /tmp -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Set-E2BFile $sandbox /tmp 'x' -Append -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
    $other = New-E2BSandbox

    # A tree with one of each: an empty directory, odd names, a link, an empty file, a large one.
    function New-Tree([string] $Path) {
        $null = New-Item -ItemType Directory "$Path/sub/empty", "$Path/with space" -Force
        Set-Content "$Path/a.txt" 'a'
        Set-Content "$Path/sub/b.log" 'bb'
        Set-Content "$Path/with space/ü.txt" 'ü'
        Set-Content "$Path/.hidden" 'h'
        [IO.File]::WriteAllBytes("$Path/sub/zero", @())
        $large = [byte[]]::new(3MB)
        [Random]::new(5).NextBytes($large)
        [IO.File]::WriteAllBytes("$Path/large.bin", $large)
        $null = New-Item -ItemType SymbolicLink "$Path/link" -Target 'sub/b.log'
        [IO.File]::SetUnixFileMode("$Path/a.txt", 'UserRead,UserWrite,UserExecute')
        [IO.File]::SetLastWriteTimeUtc("$Path/a.txt", [datetime]::new(2020, 2, 3, 4, 5, 6, [DateTimeKind]::Utc))
        [IO.Directory]::SetLastWriteTimeUtc("$Path/sub/empty", [datetime]::new(2021, 2, 3, 4, 5, 6, [DateTimeKind]::Utc))
    }

    # What find says of a tree: kind, mode, size of files, time, path, target of links.
    $find = "find . -mindepth 1 \( -type d -printf '%y %m - %TY-%Tm-%Td %TT %P\n' \) -o -printf '%y %m %s %TY-%Tm-%Td %TT %P %l\n' | sed 's/\(:[0-9][0-9]\.[0-9]\{7\}\)[0-9]*/\1/' | LC_ALL=C sort"
    function Get-LocalShape([string] $Path) { bash -c "cd '$Path' && $find" }
    function Get-RemoteShape([E2B.Sandbox] $In, [string] $Path) { Invoke-E2BCommand $In "cd '$Path' && $find" }
    function Get-LocalStaging([string] $Path) { @(Get-ChildItem $Path -Force -Recurse | Where-Object Name -like '.*.e2b-*') }
    function Get-Part([string] $Path) { Get-ChildItem "$Path/.*.e2b-*/parts/*" -Force -File -ErrorAction Ignore }
    function Get-RemoteStaging([E2B.Sandbox] $In) { @(Invoke-E2BCommand $In "find / -xdev -name '.*.e2b-*' 2>/dev/null" -User root -SuccessExitCode 0, 1) }

    $work = (New-Item -ItemType Directory "$TestDrive/work").FullName
    New-Tree "$work/tree"
}

AfterAll { $sandbox, $other | Remove-E2BSandbox }

Describe 'Copy-E2BItem to a sandbox' {
    BeforeEach { Push-Location $work }
    AfterEach { Pop-Location }

    It 'copies a file into the home under its name' {
        Copy-E2BItem tree/a.txt -ToSandbox $sandbox
        Invoke-E2BCommand $sandbox 'cat a.txt; stat -c "%a %U %Y" a.txt' | Should -Be @('a', '700 user 1580702706')
    }

    It 'returns nothing, and entries with -PassThru' {
        Copy-E2BItem tree/a.txt -ToSandbox $sandbox | Should -BeNullOrEmpty
        $entry = Copy-E2BItem tree/a.txt named.txt -ToSandbox $sandbox -PassThru
        $entry | Should -BeOfType ([E2B.SandboxEntry])
        $entry.Path | Should -Be '/home/user/named.txt'
        $entry.Size | Should -Be 2
        $tree = Copy-E2BItem tree passed -ToSandbox $sandbox -Recurse -PassThru
        $tree.Path | Should -Contain '/home/user/passed'
        $tree.Path | Should -Contain '/home/user/passed/with space/ü.txt'
        $tree.Count | Should -Be 11
    }

    It 'copies a tree as it is' {
        Copy-E2BItem tree /tmp/as-it-is -ToSandbox $sandbox -Recurse
        Get-RemoteShape $sandbox /tmp/as-it-is | Should -Be (Get-LocalShape "$work/tree")
        Invoke-E2BCommand $sandbox 'cat /tmp/as-it-is/large.bin' -AsByteStream -Raw | ForEach-Object { [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($_)) } |
            Should -Be (Get-FileHash tree/large.bin).Hash
        Get-RemoteStaging $sandbox | Should -BeNullOrEmpty
    }

    It 'copies into what is a directory, or ends in a slash' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/there'
        Copy-E2BItem tree/a.txt /tmp/there -ToSandbox $sandbox
        Copy-E2BItem tree/a.txt /tmp/not-there/yet/ -ToSandbox $sandbox
        Copy-E2BItem tree/sub /tmp/there -ToSandbox $sandbox -Recurse
        Invoke-E2BCommand $sandbox 'cd /tmp; ls there/a.txt not-there/yet/a.txt there/sub/b.log' | Should -HaveCount 3
    }

    It 'keeps what is there beside, and replaces what is there already' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/merge/tree/sub; echo kept > /tmp/merge/tree/sub/kept; echo old > /tmp/merge/tree/a.txt'
        Copy-E2BItem tree /tmp/merge -ToSandbox $sandbox -Recurse
        Invoke-E2BCommand $sandbox 'cat /tmp/merge/tree/sub/kept /tmp/merge/tree/a.txt /tmp/merge/tree/sub/b.log' | Should -Be @('kept', 'a', 'bb')
        Get-RemoteStaging $sandbox | Should -BeNullOrEmpty
    }

    It 'refuses to put a file where a directory is, and the reverse; the rest is copied' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/way/tree/a.txt; echo file > /tmp/way/tree/sub'
        Copy-E2BItem tree /tmp/way -ToSandbox $sandbox -Recurse -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -Be (@('E2BInTheWay,E2B.PowerShell.Commands.CopyE2BItemCommand') * 2)
        "$problem" | Should -Match 'tree/a\.txt'
        "$problem" | Should -Match 'tree/sub'
        Invoke-E2BCommand $sandbox 'cat /tmp/way/tree/sub "/tmp/way/tree/with space/ü.txt"; test -d /tmp/way/tree/a.txt && echo directory' | Should -Be @('file', 'ü', 'directory')
        Get-RemoteStaging $sandbox | Should -BeNullOrEmpty
    }

    It 'takes several paths and wildcards, hidden names with -Force' {
        Copy-E2BItem tree/*.txt, tree/sub/b.log /tmp/several/ -ToSandbox $sandbox
        Invoke-E2BCommand $sandbox 'ls -A /tmp/several' | Should -Be @('a.txt', 'b.log')
        Copy-E2BItem tree/* /tmp/all/ -ToSandbox $sandbox -Recurse
        Invoke-E2BCommand $sandbox 'ls -A /tmp/all' | Should -Not -Contain '.hidden'
        Copy-E2BItem tree/* /tmp/forced/ -ToSandbox $sandbox -Recurse -Force
        Invoke-E2BCommand $sandbox 'ls -A /tmp/forced' | Should -Contain '.hidden'
    }

    It 'takes -LiteralPath as it is' {
        Set-Content -LiteralPath 'odd[1].txt' 'odd'
        Copy-E2BItem -LiteralPath 'odd[1].txt' -ToSandbox $sandbox
        Get-E2BFile $sandbox -LiteralPath 'odd[1].txt' | Should -Be 'odd'
        Copy-E2BItem 'odd[1].txt' other -ToSandbox $sandbox -ErrorAction SilentlyContinue
        Test-E2BPath $sandbox other | Should -BeFalse
    }

    It 'takes files, directories and paths down the pipeline; the positional is then the destination' {
        Get-ChildItem tree/*.txt | Copy-E2BItem -Destination /tmp/piped/ -ToSandbox $sandbox
        Get-Item tree/sub | Copy-E2BItem /tmp/piped/ -ToSandbox $sandbox -Recurse
        'tree/large.bin' | Copy-E2BItem /tmp/piped/ -ToSandbox $sandbox
        Invoke-E2BCommand $sandbox 'ls /tmp/piped' | Should -Be @('a.txt', 'large.bin', 'sub')
        @() | Copy-E2BItem /tmp/nothing/ -ToSandbox $sandbox
        Test-E2BPath $sandbox /tmp/nothing | Should -BeFalse
    }

    It 'takes piped sandboxes as targets' {
        $sandbox, $other | Copy-E2BItem tree/a.txt /tmp/fan
        $sandbox, $other | Invoke-E2BCommand 'cat /tmp/fan' | Should -Be @('a', 'a')
        Copy-E2BItem tree/a.txt /tmp/fan2 -ToSandbox $sandbox, $other.SandboxId -ThrottleLimit 1
        $sandbox, $other | Invoke-E2BCommand 'cat /tmp/fan2' | Should -Be @('a', 'a')
    }

    It 'includes and excludes by name and path' {
        Copy-E2BItem tree /tmp/included -ToSandbox $sandbox -Recurse -Include *.TXT
        Invoke-E2BCommand $sandbox 'cd /tmp/included; find . | LC_ALL=C sort' | Should -Be @('.', './a.txt', './with space', './with space/ü.txt')
        Copy-E2BItem tree /tmp/excluded -ToSandbox $sandbox -Recurse -Exclude sub, 'with space/*', *.bin
        Invoke-E2BCommand $sandbox 'cd /tmp/excluded; find . | LC_ALL=C sort' | Should -Be @('.', './.hidden', './a.txt', './link', './with space')
    }

    It 'acts for another user' {
        Copy-E2BItem tree /root/tree -ToSandbox $sandbox -Recurse -User root
        Invoke-E2BCommand $sandbox 'stat -c %U:%G /root/tree /root/tree/a.txt /root/tree/large.bin' -User root | Should -Be @('root:root', 'root:root', 'root:root')
        { Copy-E2BItem tree/a.txt -ToSandbox $sandbox -User nobody-here -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUserNotFound,*'
        { Copy-E2BItem tree/a.txt /root/no -ToSandbox $sandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BEntryFailed,*'
    }

    It 'asks for -Recurse' {
        Copy-E2BItem tree, tree/a.txt /tmp/flat/ -ToSandbox $sandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -Be 'E2BIsDirectory,E2B.PowerShell.Commands.CopyE2BItemCommand'
        "$problem" | Should -Match '-Recurse'
        Invoke-E2BCommand $sandbox 'ls /tmp/flat' | Should -Be 'a.txt'
    }

    It 'does nothing with -WhatIf' {
        Copy-E2BItem tree /tmp/what-if -ToSandbox $sandbox -Recurse -WhatIf
        Test-E2BPath $sandbox /tmp/what-if | Should -BeFalse
    }

    It 'compares hashes with -Verify' {
        Copy-E2BItem tree /tmp/verified -ToSandbox $sandbox -Recurse -Verify
        Get-RemoteShape $sandbox /tmp/verified | Should -Be (Get-LocalShape "$work/tree")
    }

    It 'skips pipes, sockets and devices with an error each' {
        $null = New-Item -ItemType Directory special
        bash -c 'mkfifo special/pipe; echo x > special/file'
        Copy-E2BItem special /tmp/special -ToSandbox $sandbox -Recurse -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSpecialFile,*'
        $problem.TargetObject | Should -Be "$work/special/pipe"
        Invoke-E2BCommand $sandbox 'ls /tmp/special' | Should -Be 'file'
    }

    It 'says what is not there, and which sandbox was meant' {
        { Copy-E2BItem nothing-here -ToSandbox $sandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
        { Copy-E2BItem tree/a.txt } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Copy-E2BItem tree/a.txt -ToSandbox $null } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Copy-E2BItem -ToSandbox $sandbox } | Should -Throw -ErrorId 'E2BNoPath,*'
        { Copy-E2BItem tree/a.txt 'C:\x' -ToSandbox $sandbox } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        { Copy-E2BItem tree/a.txt -ToSandbox 'i0000000000000000000' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
        { Copy-E2BItem Env:PATH -ToSandbox $sandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotAFile,*'
        { 5 | Copy-E2BItem x/ -ToSandbox $sandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotAFile,*'
    }

    It 'says that the disk is full, and takes its staging away' {
        $small = New-E2BSandbox
        try {
            Invoke-E2BCommand $small 'fallocate -l "$(($(df --output=avail -B1 /tmp | tail -1) - 100000))" /tmp/fill && head -c 1M /dev/zero > /tmp/rest; df /tmp >&2' 6>$null -ErrorAction SilentlyContinue
            { Copy-E2BItem tree /tmp/more -ToSandbox $small -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSpace,*'
            { Copy-E2BItem tree/sub /tmp/more2 -ToSandbox $small -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSpace,*'
            Get-RemoteStaging $small | Should -BeNullOrEmpty
            Test-E2BPath $small /tmp/more | Should -BeFalse
        }
        finally { Remove-E2BSandbox $small }
    }

    It 'shows progress with bytes' {
        $null = New-Item -ItemType Directory many
        1..3 | ForEach-Object { [IO.File]::WriteAllBytes("$work/many/$_", [byte[]]::new(20MB)) }
        $job = Copy-E2BItem many /tmp/many -ToSandbox $sandbox -Recurse -AsJob
        $job | Wait-Job | Should -Not -BeNullOrEmpty
        $job.Progress.Count | Should -BeGreaterThan 0
        $job.Progress[-1].StatusDescription | Should -Match '60[.,]0 MiB of 60[.,]0 MiB, 3 of 3 files'
        Remove-Job $job
    }
}

Describe 'Copy-E2BItem from a sandbox' {
    BeforeAll {
        Copy-E2BItem "$work/tree" source -ToSandbox $sandbox -Recurse
    }

    BeforeEach {
        $here = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        Push-Location $here
    }

    AfterEach { Pop-Location }

    It 'copies a file into the current location under its name' {
        Copy-E2BItem source/a.txt -FromSandbox $sandbox
        Get-Content a.txt | Should -Be 'a'
        (Get-Item a.txt).LastWriteTimeUtc | Should -Be ([datetime]::new(2020, 2, 3, 4, 5, 6))
        (Get-Item a.txt).UnixFileMode | Should -Be ([IO.UnixFileMode]'UserRead,UserWrite,UserExecute')
        Get-ChildItem -Force | Should -HaveCount 1
    }

    It 'copies a tree as it is, and returns it with -PassThru' {
        $files = Copy-E2BItem source tree -FromSandbox $sandbox -Recurse -PassThru
        Get-LocalShape "$here/tree" | Should -Be (Get-LocalShape "$work/tree")
        (Get-FileHash tree/large.bin).Hash | Should -Be (Get-FileHash "$work/tree/large.bin").Hash
        $files | Should -HaveCount 11
        ($files | Where-Object Name -eq 'a.txt') | Should -BeOfType ([IO.FileInfo])
        ($files | Where-Object Name -eq 'empty') | Should -BeOfType ([IO.DirectoryInfo])
        Get-LocalStaging $here | Should -BeNullOrEmpty
    }

    It 'copies into what is a directory, and keeps what is there beside' {
        $null = New-Item -ItemType Directory there/source/sub
        Set-Content there/source/sub/kept 'kept'
        Set-Content there/source/a.txt 'old'
        Copy-E2BItem source there -FromSandbox $sandbox -Recurse
        Copy-E2BItem source/a.txt new/ -FromSandbox $sandbox
        Get-Content there/source/sub/kept, there/source/a.txt, there/source/sub/b.log, new/a.txt | Should -Be @('kept', 'a', 'bb', 'a')
        Get-LocalStaging $here | Should -BeNullOrEmpty
    }

    It 'expands wildcards in the sandbox, hidden names with -Force' {
        Copy-E2BItem 'source/*.txt', 'sou*/sub/*.log' -FromSandbox $sandbox
        (Get-ChildItem -Force).Name | Should -Be @('a.txt', 'b.log')
        Copy-E2BItem 'source/*' all/ -FromSandbox $sandbox -Recurse
        Test-Path all/.hidden | Should -BeFalse
        Copy-E2BItem 'source/*' forced/ -FromSandbox $sandbox -Recurse -Force
        Test-Path forced/.hidden | Should -BeTrue
        Copy-E2BItem 'source/*.nothing' -FromSandbox $sandbox
    }

    It 'takes entries down the pipeline, which know their sandbox' {
        Get-E2BChildItem $sandbox source -Filter *.txt | Copy-E2BItem
        Get-Content a.txt | Should -Be 'a'
        Get-E2BItem $sandbox source/sub | Copy-E2BItem piped/ -Recurse
        Get-Content piped/sub/b.log | Should -Be 'bb'
    }

    It 'replaces read-only files with -Force alone' {
        Set-Content a.txt 'old'
        (Get-Item a.txt).IsReadOnly = $true
        Copy-E2BItem source/a.txt -FromSandbox $sandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BInTheWay,*'
        Get-Content a.txt | Should -Be 'old'
        Copy-E2BItem source/a.txt -FromSandbox $sandbox -Force
        Get-Content a.txt | Should -Be 'a'
    }

    It 'writes nothing through a local link, and makes none that leads outside' {
        $null = New-Item -ItemType Directory outside, into/source
        $null = New-Item -ItemType SymbolicLink into/source/sub -Target "$here/outside"
        Copy-E2BItem source into -FromSandbox $sandbox -Recurse -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BUnsafeEntry,*'
        "$problem" | Should -Match 'into/source/sub'
        Get-ChildItem outside -Force | Should -BeNullOrEmpty
        Get-Content into/source/a.txt | Should -Be 'a'

        Invoke-E2BCommand $sandbox 'mkdir -p links/d; cd links; ln -s /etc/passwd absolute; ln -s ../../x up; ln -s d here; ln -s here/../../.. hop; ln -s x d/fine; echo x > x; ln -s ../x d/fine2'
        Copy-E2BItem links -FromSandbox $sandbox -Recurse -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -Be (@('E2BUnsafeEntry,E2B.PowerShell.Commands.CopyE2BItemCommand') * 3)
        (Get-ChildItem links -Force -Recurse).Name | Sort-Object | Should -Be @('d', 'fine', 'fine2', 'here', 'x')
    }

    It 'does not bring rights to act for the owner' {
        Invoke-E2BCommand $sandbox 'cp /bin/true mine; chmod 6755 mine; head -c 2M /dev/zero > big; chmod 6711 big'
        Copy-E2BItem mine, big -FromSandbox $sandbox
        bash -c 'stat -c %a mine big' | Should -Be @('755', '711')
    }

    It 'fails a file that may not be read, and copies the rest' {
        Invoke-E2BCommand $sandbox 'mkdir mixed; echo x > mixed/open; echo s > mixed/secret; head -c 2M /dev/zero > mixed/big; chown root mixed/secret; chmod 600 mixed/secret' -User root -WorkingDirectory /home/user
        Copy-E2BItem mixed -FromSandbox $sandbox -Recurse -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 1
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BEntryFailed,*'
        $problem.TargetObject | Should -Be '/home/user/mixed/secret'
        (Get-ChildItem mixed).Name | Should -Be @('big', 'open')
        Copy-E2BItem /home/user/mixed/secret -FromSandbox $sandbox -User root
        Get-Content secret | Should -Be 's'
    }

    It 'says what is not there and what does not go' {
        { Copy-E2BItem nothing -FromSandbox $sandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BFileNotFound,*'
        { Copy-E2BItem source -FromSandbox $sandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BIsDirectory,*'
        { Copy-E2BItem source/a.txt -FromSandbox $sandbox, $other } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        { Copy-E2BItem 'C:\x' -FromSandbox $sandbox } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        Set-Content taken 'x'
        { Copy-E2BItem source taken -FromSandbox $sandbox -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInTheWay,*'
        Get-Content taken | Should -Be 'x'
        Get-ChildItem -Force | Should -HaveCount 1
    }

    It 'does nothing with -WhatIf' {
        Copy-E2BItem source -FromSandbox $sandbox -Recurse -WhatIf
        Get-ChildItem -Force | Should -BeNullOrEmpty
    }

    It 'copies with -Verify, -Include and -Exclude' {
        Copy-E2BItem source -FromSandbox $sandbox -Recurse -Verify -Exclude .hidden
        Test-Path source/.hidden | Should -BeFalse
        (Get-FileHash source/large.bin).Hash | Should -Be (Get-FileHash "$work/tree/large.bin").Hash
        Copy-E2BItem source only -FromSandbox $sandbox -Recurse -Include *.txt
        (Get-ChildItem only -Recurse -Name | Sort-Object) | Should -Be @('a.txt', 'with space', 'with space/ü.txt')
    }
}

Describe 'Copy-E2BItem between sandboxes' {
    BeforeAll { Copy-E2BItem "$work/tree" across -ToSandbox $sandbox -Recurse }

    It 'copies a tree as it is, with nothing on this machine' {
        $entries = Copy-E2BItem across /tmp/across -FromSandbox $sandbox -ToSandbox $other -Recurse -Verify -PassThru
        Get-RemoteShape $other /tmp/across | Should -Be (Get-LocalShape "$work/tree")
        $entries.SandboxId | Select-Object -Unique | Should -Be $other.SandboxId
        Get-RemoteStaging $other | Should -BeNullOrEmpty
    }

    It 'has a user on either side' {
        Copy-E2BItem across /root/across -FromSandbox $sandbox -ToSandbox $other -Recurse -TargetUser root
        Invoke-E2BCommand $other 'stat -c %U /root/across/a.txt' -User root | Should -Be 'root'
    }

    It 'takes entries to another sandbox' {
        Get-E2BItem $sandbox across/a.txt | Copy-E2BItem -Destination got.txt -ToSandbox $other
        Get-E2BFile $other got.txt | Should -Be 'a'
    }

    It 'makes no link that leads outside' {
        Invoke-E2BCommand $sandbox 'mkdir -p bad; ln -s /etc bad/etc; ln -s x bad/ok'
        Copy-E2BItem bad -FromSandbox $sandbox -ToSandbox $other -Recurse -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BUnsafeEntry,*'
        Invoke-E2BCommand $other 'ls bad' | Should -Be 'ok'
    }
}

Describe 'Copy-E2BItem that is interrupted' {
    BeforeAll {
        $big = (New-Item -ItemType Directory "$TestDrive/big").FullName
        $bytes = [byte[]]::new(48MB)
        [Random]::new(7).NextBytes($bytes)
        1..8 | ForEach-Object { [IO.File]::WriteAllBytes("$big/$_", $bytes) }
        $hash = (Get-FileHash "$big/1").Hash
        Copy-E2BItem $big remote-big -ToSandbox $sandbox -Recurse
        $single = Invoke-E2BCommand $sandbox 'cat remote-big/* > single; sha256sum single'

        # A PowerShell of its own that copies, so that it can be killed; $Script gets the module and $sandbox.
        function Start-Copy([string] $Script) {
            $text = "`$ProgressPreference = 'SilentlyContinue'; Import-Module '$PSScriptRoot/../../out/E2B/E2B.psd1'; `$sandbox = '$($sandbox.SandboxId)'; $Script"
            $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))
            Start-Process pwsh -PassThru -ArgumentList '-NoProfile', '-NonInteractive', '-EncodedCommand', $encoded -RedirectStandardOutput "$TestDrive/copy-out" -RedirectStandardError "$TestDrive/copy-error"
        }
    }

    BeforeEach {
        $here = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())").FullName
        Push-Location $here
    }

    AfterEach { Pop-Location }

    It 'leaves no half of an upload when it is killed' {
        $process = Start-Copy "Copy-E2BItem '$big' /tmp/killed -ToSandbox `$sandbox -Recurse"
        Wait-Until { (Invoke-E2BCommand $sandbox 'find /tmp/.killed.e2b-* -size +1M 2>/dev/null | head -1' -SuccessExitCode 0, 1) }
        $process.Kill()
        $process.WaitForExit()
        Test-E2BPath $sandbox /tmp/killed | Should -BeFalse
        Invoke-E2BCommand $sandbox 'ls -d /tmp/.killed.e2b-*' | Should -HaveCount 1

        # What it left is in nobody's way.
        Copy-E2BItem "$big/1" /tmp/killed -ToSandbox $sandbox
        Invoke-E2BCommand $sandbox 'sha256sum < /tmp/killed; rm -rf /tmp/killed /tmp/.killed.e2b-*' | Should -Match "^$hash"
    }

    It 'leaves no half of a download when it is killed' {
        $process = Start-Copy "Copy-E2BItem remote-big '$here/killed' -FromSandbox `$sandbox -Recurse"
        Wait-Until { Get-Part $here | Where-Object Length -gt 1MB }
        $process.Kill()
        $process.WaitForExit()
        Test-Path killed | Should -BeFalse
        (Get-ChildItem -Force).Name | Should -BeLike '.killed.e2b-*'
    }

    It 'goes on from there with -Resume' {
        $process = Start-Copy "Copy-E2BItem remote-big '$here/resumed' -FromSandbox `$sandbox -Recurse -Resume"
        Wait-Until { Get-Part $here | Where-Object Length -gt 1MB }
        $process.Kill()
        $process.WaitForExit()
        Test-Path resumed | Should -BeFalse
        $part = Get-Part $here | Sort-Object Length | Select-Object -Last 1
        $part.Length | Should -BeGreaterThan 1MB

        # A mark in what has come shows that it is not fetched again.
        $file = [IO.File]::OpenWrite($part.FullName)
        $file.Write([Text.Encoding]::ASCII.GetBytes('kept from the first time'))
        $file.Dispose()
        Copy-E2BItem remote-big "$here/resumed" -FromSandbox $sandbox -Recurse -Resume
        $marked = @(Get-ChildItem resumed | Where-Object { (Get-FileHash $_).Hash -ne $hash })
        $marked | Should -HaveCount 1
        (Get-Content $marked[0] -AsByteStream -TotalCount 24 | ForEach-Object { [char]$_ }) -join '' | Should -Be 'kept from the first time'
        Get-ChildItem resumed | Should -HaveCount 8
        Get-ChildItem -Force | Should -HaveCount 1
    }

    It 'finds with -Verify that what was resumed is not what is there' {
        $process = Start-Copy "Copy-E2BItem single '$here/one' -FromSandbox `$sandbox -Resume"
        Wait-Until { Get-Part $here | Where-Object Length -gt 1MB }
        $process.Kill()
        $process.WaitForExit()
        $part = Get-Part $here
        $file = [IO.File]::OpenWrite($part.FullName)
        $file.Write([byte[]]::new(100))
        $file.Dispose()
        Copy-E2BItem single "$here/one" -FromSandbox $sandbox -Resume -Verify -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BHashMismatch,*'
        Test-Path one | Should -BeFalse

        # The wrong part is gone, so the next time is right.
        Copy-E2BItem single "$here/one" -FromSandbox $sandbox -Resume -Verify
        $single | Should -Match "^$((Get-FileHash one).Hash)"
    }

    It 'glues no two versions of a file together' {
        Invoke-E2BCommand $sandbox 'head -c 400M /dev/zero > changing'
        $process = Start-Copy "Copy-E2BItem changing '$here/changing' -FromSandbox `$sandbox -Resume"
        Wait-Until { Get-Part $here | Where-Object Length -gt 1MB }
        $process.Kill()
        $process.WaitForExit()
        Invoke-E2BCommand $sandbox 'tr "\0" x < /dev/zero | head -c 400M > changing; sha256sum < changing' | Set-Variable expected
        Copy-E2BItem changing "$here/changing" -FromSandbox $sandbox -Resume
        $expected | Should -Match "^$((Get-FileHash changing).Hash)"
    }

    It 'stops within two seconds and cleans up: a job to a sandbox' {
        $job = Copy-E2BItem $big /tmp/stopped -ToSandbox $sandbox -Recurse -AsJob -JobName copying
        $job.Name | Should -Be 'copying'
        $job.Location | Should -Be $sandbox.SandboxId
        Wait-Until { (Get-RemoteStaging $sandbox) -like '/tmp/.stopped*' }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
        $job.State | Should -Be 'Stopped'
        Wait-Until { -not (Get-RemoteStaging $sandbox) }
        Test-E2BPath $sandbox /tmp/stopped | Should -BeFalse
        Remove-Job $job
    }

    It 'stops within two seconds and cleans up: the pipeline, from a sandbox' {
        $shell = [PowerShell]::Create()
        $null = $shell.AddScript({
                param($module, $sandbox, $to)
                Import-Module $module
                Copy-E2BItem remote-big $to -FromSandbox $sandbox -Recurse
            }).AddArgument("$PSScriptRoot/../../out/E2B/E2B.psd1").AddArgument($sandbox).AddArgument("$here/stopped")
        $running = $shell.BeginInvoke()
        Wait-Until { Get-Part $here }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
        $running.IsCompleted | Should -BeTrue
        $shell.Dispose()
        Wait-Until { -not (Get-ChildItem -Force) }
    }

    It 'works as a job' {
        $job = Copy-E2BItem remote-big/1 "$here/by-job" -FromSandbox $sandbox -PassThru -AsJob
        $file = $job | Wait-Job | Receive-Job
        $file.FullName | Should -Be "$here/by-job"
        $job.State | Should -Be 'Completed'
        Remove-Job $job
        $job = Copy-E2BItem nothing "$here/x" -FromSandbox $sandbox -AsJob | Wait-Job
        $job.State | Should -Be 'Failed'
        Remove-Job $job
    }
}

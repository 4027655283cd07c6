BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/CuttingProxy.ps1"
    $sandbox = New-E2BSandbox
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"

    # What is below a local directory or one of the sandbox, as sorted lines: kind, mode, time, where a link leads, SHA-256 and name.
    $look = @'
cd "$1" 2>/dev/null && find . -mindepth 1 -printf '%y %m %T@ %l|%P\n' | sed 's/\([0-9]\{10\}\.[0-9]\{6\}\)[0-9]*/\1/' | sort; find . -type f -exec sha256sum {} + | sort -k 2
'@
    function Get-There([string] $Path, [E2B.Sandbox] $In = $sandbox) { Invoke-E2BCommand $In -FilePath sh -ArgumentList '-c', $look, 'sh', $Path }
    function Get-Here([string] $Path) { sh -c $look sh $Path }

    function New-Local { (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "e2b-sync-$([guid]::NewGuid())")).FullName }

    # Half a minute's wait for a sync that goes on.
    function Wait-Same([string] $Here, [string] $There) { Wait-Until { -not (Compare-Object @(Get-Here $Here) @(Get-There $There)) } }

    # Makes an entry look old, so that a change of its content cannot have the same time.
    function Set-Old([string] $Path) { (Get-Item -LiteralPath $Path).LastWriteTime = [datetime]'2020-02-02T02:02:02' }
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Sync-E2BDirectory' {
    BeforeEach {
        $here = New-Local
        $there = "/tmp/sync-$(Get-Random)"
    }
    AfterEach {
        Get-Job | Remove-Job -Force
        Remove-Item -Recurse -Force $here
    }

    It 'copies everything as it is the first time, and nothing the second' {
        sh -c "cd '$here' && mkdir -p a/b 'sp ace' empty && echo one > a/one && printf '\0\1' > 'sp ace/zwei ä' && : > zero && ln -s a/one link && ln -s /etc/hosts outside && ln -s nowhere dangling && chmod 700 a && chmod 755 a/one && chmod 640 zero && touch -d 2001-01-01 a/one a empty"
        $first = Sync-E2BDirectory $sandbox $here $there
        $first | Should -BeOfType ([E2B.SandboxSyncResult])
        Get-There $there | Should -BeExactly (Get-Here $here)
        $first.Created | Should -Be 10
        $first.Updated + $first.Deleted + $first.Unchanged | Should -Be 0
        $first.Path | Should -BeExactly $there
        $second = Sync-E2BDirectory $sandbox $here $there
        $second.Unchanged | Should -Be 10
        $second.Changes | Should -BeNullOrEmpty
        $second.Bytes | Should -Be 0
    }

    It 'copies only what differs' {
        sh -c "cd '$here' && mkdir -p d/keep && for i in 1 2 3 4 5; do echo `$i > d/f`$i; done && echo k > d/keep/k && ln -s f1 d/link"
        Get-ChildItem -Recurse -File $here | ForEach-Object { Set-Old $_.FullName }
        $null = Sync-E2BDirectory $sandbox $here $there
        $inode = Invoke-E2BCommand $sandbox "stat -c %i $there/d/f2"
        sh -c "cd '$here/d' && echo six > f1 && chmod 755 f2 && rm link && ln -s f2 link && echo new > keep/new && touch -d 2010-10-10 f3"
        $changes = Sync-E2BDirectory $sandbox $here $there -PassThru
        $changes | Should -BeOfType ([E2B.SandboxSyncChange])
        $changes | ForEach-Object { "$($_.Action) $($_.Name) $($_.Type)" } |
            Should -BeExactly @('Updated d/f1 File', 'Updated d/f2 File', 'Updated d/f3 File', 'Created d/keep/new File', 'Updated d/link SymbolicLink')
        $changes[0].Path | Should -BeExactly "$there/d/f1"
        $changes[0].Size | Should -Be 4
        Get-There $there | Should -BeExactly (Get-Here $here)
        Invoke-E2BCommand $sandbox "stat -c %i $there/d/f2" | Should -Be $inode -Because 'a mode is set without copying'
    }

    It 'does not touch what it does not know, unless it is a mirror' {
        sh -c "cd '$here' && mkdir d && echo a > d/a"
        Invoke-E2BCommand $sandbox "mkdir -p $there/d/e $there/other && echo b > $there/d/b && echo c > $there/d/e/c && ln -s /etc $there/other/link && chmod 000 $there/d/e"
        $null = Sync-E2BDirectory $sandbox $here $there
        Invoke-E2BCommand $sandbox "cd $there && ls d other" | Should -BeExactly @('d:', 'a', 'b', 'e', '', 'other:', 'link')
        $changes = Sync-E2BDirectory $sandbox $here $there -Mirror -PassThru
        $changes | ForEach-Object { "$($_.Action) $($_.Name)" } | Should -BeExactly @('Deleted d/b', 'Deleted d/e', 'Deleted other')
        Get-There $there | Should -BeExactly (Get-Here $here)
        Invoke-E2BCommand $sandbox 'test -e /etc/hosts && echo there' | Should -Be 'there'
    }

    It 'says what is in the way, and a mirror removes it' {
        sh -c "cd '$here' && mkdir -p dir/below && echo x > dir/below/x && echo f > file && echo g > good"
        Invoke-E2BCommand $sandbox "mkdir -p $there/file/full && echo y > $there/file/full/y && echo z > $there/dir"
        $result = Sync-E2BDirectory $sandbox $here $there -ErrorAction SilentlyContinue -ErrorVariable problems
        @($problems.TargetObject) | Should -BeExactly @('dir', 'file')
        $problems.FullyQualifiedErrorId | ForEach-Object { $_ | Should -BeLike 'E2BInTheWay,*' }
        $result.Created | Should -Be 1
        Invoke-E2BCommand $sandbox "cat $there/good $there/file/full/y $there/dir" | Should -BeExactly @('g', 'y', 'z')
        $null = Sync-E2BDirectory $sandbox $here $there -Mirror -ErrorAction Stop
        Get-There $there | Should -BeExactly (Get-Here $here)
    }

    It 'does not write through a link that stands where a directory is to be' {
        sh -c "cd '$here' && mkdir d && echo evil > d/passwd"
        Invoke-E2BCommand $sandbox "mkdir -p $there /tmp/elsewhere && rm -f /tmp/elsewhere/* && ln -s /tmp/elsewhere $there/d"
        Sync-E2BDirectory $sandbox $here $there -ErrorAction SilentlyContinue -ErrorVariable problems | Out-Null
        $problems.Count | Should -Be 1
        Invoke-E2BCommand $sandbox 'ls /tmp/elsewhere' | Should -BeNullOrEmpty
        Sync-E2BDirectory $sandbox $here $there -Mirror -ErrorAction Stop | Out-Null
        Invoke-E2BCommand $sandbox "ls /tmp/elsewhere; cat $there/d/passwd" | Should -BeExactly 'evil'
    }

    It 'compares contents with -Checksum, and gives the times on' {
        sh -c "cd '$here' && echo same > a && echo othr > b && touch -d 2015-05-05 a b"
        Invoke-E2BCommand $sandbox "mkdir $there && cd $there && echo same > a && echo diff > b && touch -d 2015-05-05 b && touch -d 2016-06-06 a"
        $byTime = Sync-E2BDirectory $sandbox $here $there -WhatIf -PassThru
        $byTime.Name | Should -BeExactly 'a' -Because 'size and time of b are the same'
        $changes = Sync-E2BDirectory $sandbox $here $there -Checksum -PassThru
        $changes.Name | Should -BeExactly 'b'
        Get-There $there | Should -BeExactly (Get-Here $here)
    }

    It 'leaves alone what -Exclude and -Include leave out, also as a mirror' {
        sh -c "cd '$here' && mkdir -p src/deep node_modules/x && echo 1 > src/a.py && echo 2 > src/deep/b.py && echo 3 > src/c.txt && echo 4 > node_modules/x/y"
        Invoke-E2BCommand $sandbox "mkdir -p $there/node_modules/z $there/gone/node_modules $there/old && echo 5 > $there/node_modules/z/w && echo 6 > $there/gone/stale.py && echo 7 > $there/gone/node_modules/keep && echo 8 > $there/old/o.py"
        $changes = Sync-E2BDirectory $sandbox $here $there -Exclude node_modules -Mirror -PassThru -ErrorAction Stop
        $changes | ForEach-Object { "$($_.Action) $($_.Name)" } | Sort-Object |
            Should -BeExactly (@('Created src', 'Created src/a.py', 'Created src/c.txt', 'Created src/deep', 'Created src/deep/b.py', 'Deleted gone/stale.py', 'Deleted old', 'Deleted old/o.py') | Sort-Object)
        Invoke-E2BCommand $sandbox "cd $there && find . -type f | sort" |
            Should -BeExactly @('./gone/node_modules/keep', './node_modules/z/w', './src/a.py', './src/c.txt', './src/deep/b.py')
        $only = "$there-only"
        Invoke-E2BCommand $sandbox "mkdir -p $only && echo x > $only/x.txt && echo x > $only/x.py"
        $null = Sync-E2BDirectory $sandbox $here $only -Include *.py -Mirror -ErrorAction Stop
        Invoke-E2BCommand $sandbox "cd $only && find . | sort" | Should -BeExactly @('.', './src', './src/a.py', './src/deep', './src/deep/b.py', './x.txt')
    }

    It 'shows with -WhatIf what would be done, and does nothing' {
        sh -c "cd '$here' && echo 1 > a && echo 2 > b"
        Invoke-E2BCommand $sandbox "mkdir $there && echo old > $there/b && echo c > $there/c"
        $before = Get-There $there
        $planned = Sync-E2BDirectory $sandbox $here $there -Mirror -WhatIf -PassThru
        $planned | ForEach-Object { "$($_.Action) $($_.Path)" } | Should -BeExactly @("Created $there/a", "Updated $there/b", "Deleted $there/c")
        Sync-E2BDirectory $sandbox $here "$there-new" -WhatIf | Should -BeNullOrEmpty
        Get-There $there | Should -BeExactly $before
        Invoke-E2BCommand $sandbox "test -e $there-new; echo `$?" | Should -Be '1'
    }

    It 'goes to a directory of the same name in the home, and takes local paths as PowerShell has them' {
        $name = Split-Path -Leaf $here
        sh -c "cd '$here' && mkdir 'in [1]' && echo 1 > 'in [1]/a'"
        $null = New-PSDrive -Name here -PSProvider FileSystem -Root $here
        Push-Location $here
        try {
            (Sync-E2BDirectory $sandbox .).Path | Should -BeExactly "/home/user/$name"
            (Sync-E2BDirectory $sandbox 'in*').Path | Should -BeExactly '/home/user/in [1]'
            (Sync-E2BDirectory $sandbox -LiteralPath 'in [1]' -Destination literal).Path | Should -BeExactly '/home/user/literal'
            (Sync-E2BDirectory $sandbox 'here:/in `[1`]' drive).Path | Should -BeExactly '/home/user/drive'
        }
        finally {
            Pop-Location
            Remove-PSDrive here
        }
        Invoke-E2BCommand $sandbox "cat '$name/in [1]/a' 'in [1]/a' literal/a drive/a; stat -c %U drive/a" | Should -BeExactly @('1', '1', '1', '1', 'user')
    }

    It 'binds as all cmdlets with a sandbox do' {
        Set-Content "$here/a" 1
        Set-E2BDefault -Sandbox $sandbox
        try { (Sync-E2BDirectory $here).Created | Should -Be 1 }
        finally { Set-E2BDefault -Sandbox $null }
        $other = New-E2BSandbox
        try {
            $results = $sandbox.SandboxId, $other | ForEach-Object { $_ } | Get-E2BSandbox | Sync-E2BDirectory -Path $here -Destination $there
            @($results.SandboxId | Sort-Object) | Should -BeExactly (@($sandbox.SandboxId, $other.SandboxId) | Sort-Object)
            Get-There $there $other | Should -BeExactly (Get-Here $here)
        }
        finally { Remove-E2BSandbox $other }
        { Sync-E2BDirectory -Sandbox $sandbox } | Should -Throw -ErrorId 'E2BNoPath,*'
        { Sync-E2BDirectory $sandbox $here 'C:\x' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        { 'x' | Sync-E2BDirectory $sandbox $here $there -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotASandbox,*'
    }

    It 'refuses what cannot be right' {
        Set-Content "$here/a" 1
        { Sync-E2BDirectory $sandbox "$here/nothing" $there -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
        { Sync-E2BDirectory $sandbox "$here/a" $there -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
        { Sync-E2BDirectory $sandbox env: $there -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotAFile,*'
        foreach ($root in '/', '//', '/.', '/tmp/..', '/../') {
            { Sync-E2BDirectory $sandbox $here $root -Mirror -User root -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        }
        Invoke-E2BCommand $sandbox "ln -sfn / /tmp/root-link; echo x > $there.file"
        { Sync-E2BDirectory $sandbox $here /tmp/root-link -Mirror -User root -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Sync-E2BDirectory $sandbox $here "$there.file" -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Sync-E2BDirectory $sandbox $here $there -User nobody-here -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUserNotFound,*'
        Invoke-E2BCommand $sandbox 'test -e /etc/hosts && test -d /home/user && echo there' | Should -Be 'there'
    }

    It 'makes any tree the same, whatever was changed on either side' {
        $random = [Random]::new(4711)
        $names = 'a', 'b', 'c', 'dä', 'e f', '.g', "quo'te", 'new
line', '-dash', 'back\slash'
        # One random edit of a tree, as a line for the shell.
        function New-Edit {
            $depth = $random.Next(1, 4)
            $path = (1..$depth | ForEach-Object { $names[$random.Next($names.Count)] }) -join '/'
            $quoted = "'./" + $path.Replace("'", "'\''") + "'"
            $parent = "'./" + $path.Substring(0, [Math]::Max(0, $path.LastIndexOf('/'))).Replace("'", "'\''") + "'"
            $make = "mkdir -p $parent 2>/dev/null"
            switch ($random.Next(8)) {
                0 { "$make && [ ! -d $quoted ] && echo $($random.Next()) > $quoted" }
                1 { "$make && [ ! -d $quoted ] && head -c $($random.Next(100000)) /dev/urandom > $quoted" }
                2 { "mkdir -p $quoted 2>/dev/null" }
                3 { "rm -rf $quoted" }
                4 { "$make && [ ! -e $quoted ] && ln -s '../$($random.Next(9))' $quoted" }
                5 { "[ -e $quoted ] && [ ! -L $quoted ] && chmod $($random.Next(0, 2) ? 'u+rwx,g-w,o+x' : 'u+rwx,go-rwx') $quoted" }
                6 { "[ -e $quoted ] && [ ! -L $quoted ] && touch -d @$($random.Next(1000000000, 1700000000)) $quoted" }
                7 { "$make && [ ! -e $quoted ] && : > $quoted" }
            }
        }
        Invoke-E2BCommand $sandbox "mkdir $there"
        foreach ($round in 1..12) {
            $edits = (1..30 | ForEach-Object { New-Edit }) -join "`n"
            sh -c "cd '$here'`n$edits`n:" 2>$null
            $edits = (1..10 | ForEach-Object { New-Edit }) -join "`n"
            Invoke-E2BCommand $sandbox "cd $there`n$edits`n:" 6>$null
            $null = Sync-E2BDirectory $sandbox $here $there -Mirror -ErrorAction Stop
            $difference = Compare-Object @(Get-Here $here) @(Get-There $there) | Out-String
            $difference | Should -BeNullOrEmpty -Because "round $round"
            (Sync-E2BDirectory $sandbox $here $there -Mirror -Checksum -PassThru) | Should -BeNullOrEmpty -Because "nothing is left to do in round $round"
        }
        @(Get-Here $here).Count | Should -BeGreaterThan 40 -Because 'the edits are to make a tree'
        Invoke-E2BCommand $sandbox "ls -a /tmp | grep -F .e2b- ; find $there -name '*.e2b-*'" -SuccessExitCode 0, 1 | Should -BeNullOrEmpty
    }
}

Describe 'Sync-E2BDirectory -Watch' {
    BeforeEach {
        $here = New-Local
        $there = "/tmp/sync-$(Get-Random)"
        sh -c "cd '$here' && mkdir -p d/e && echo 1 > d/a && echo 2 > d/e/b"
    }
    AfterEach {
        Get-Job | Remove-Job -Force
        if (Test-Path $here) { Remove-Item -Recurse -Force $here }
    }

    It 'copies edits, new directories and renames as they happen' {
        $job = Sync-E2BDirectory $sandbox $here $there -Watch -Mirror -PassThru -AsJob
        Wait-Same $here $there
        Set-Content "$here/d/a" 'edited'
        Wait-Same $here $there
        sh -c "cd '$here' && mkdir -p new/deep/er && for i in 1 2 3 4 5 6 7 8 9; do echo `$i > new/deep/er/f`$i; done && ln -s er new/deep/link"
        Wait-Same $here $there
        sh -c "mv '$here/new' '$here/moved'; mv '$here/d/a' '$here/d/z'; chmod 755 '$here/d/z'"
        Wait-Same $here $there
        sh -c "rm -r '$here/moved/deep'; rm '$here/d/z'; mkdir '$here/d/z'; echo in > '$here/d/z/in'"
        Wait-Same $here $there
        $job.State | Should -Be 'Running'
        $job.Error | Should -BeNullOrEmpty
        (Receive-Job $job | Where-Object Name -eq 'd/a').Action | Should -BeExactly @('Created', 'Updated', 'Deleted')
        Stop-Job $job
        $job.State | Should -Be 'Stopped'
    }

    It 'removes nothing without -Mirror' {
        $job = Sync-E2BDirectory $sandbox $here $there -Watch -AsJob
        Wait-Same $here $there
        sh -c "mv '$here/d/a' '$here/d/renamed'; rm -r '$here/d/e'"
        Wait-Until { Invoke-E2BCommand $sandbox "test -e $there/d/renamed && echo yes" -SuccessExitCode 0, 1 }
        Set-Content "$here/last" 'x'
        Wait-Until { Invoke-E2BCommand $sandbox "test -e $there/last && echo yes" -SuccessExitCode 0, 1 }
        Invoke-E2BCommand $sandbox "cat $there/d/a $there/d/e/b" | Should -BeExactly @('1', '2')
        $results = Receive-Job $job
        $results | Should -BeOfType ([E2B.SandboxSyncResult])
        $results[0].Created | Should -Be 4
        ($results | Measure-Object Deleted -Sum).Sum | Should -Be 0
    }

    It 'copies a file in the end that is written to all the time' {
        $job = Sync-E2BDirectory $sandbox $here $there -Watch -AsJob
        Wait-Same $here $there
        sh -c "for i in `$(seq 60); do head -c 300000 /dev/urandom >> '$here/growing'; sleep 0.05; done"
        Wait-Same $here $there
        Receive-Job $job -ErrorVariable problems -ErrorAction SilentlyContinue | Out-Null
        $problems | Should -BeNullOrEmpty
    }

    It 'goes on when the connection broke' {
        $proxy = [CuttingProxy]::new(([uri]$env:E2B_SANDBOX_URL).Port)
        $connection = Connect-E2B -ApiKey $env:E2B_API_KEY -ApiUrl $env:E2B_API_URL -SandboxUrl $proxy.Url -PassThru
        Disconnect-E2B
        try {
            $job = Sync-E2BDirectory $sandbox.SandboxId $here $there -Connection $connection -Watch -Mirror -AsJob
            Wait-Same $here $there
            $proxy.Refuses = $true
            $proxy.Cut()
            Set-Content "$here/d/a" 'while it is away'
            Wait-Until { $proxy.Refused -gt 0 }
            sh -c "rm '$here/d/e/b'; echo 3 > '$here/d/c'"
            $proxy.Refuses = $false
            Wait-Same $here $there
            $job.State | Should -Be 'Running'
        }
        finally { $proxy.Dispose() }
    }

    It 'ends with an error when the local directory is gone, and removes nothing for it' {
        $job = Sync-E2BDirectory $sandbox $here $there -Watch -Mirror -AsJob
        Wait-Same $here $there
        sh -c "mv '$here' '$here-away'"
        try {
            $job | Wait-Job -Timeout 20 | Should -Not -BeNullOrEmpty
            $job.State | Should -Be 'Failed'
            $job.Error[0].FullyQualifiedErrorId | Should -BeLike 'E2BLocalFileError*'
            Invoke-E2BCommand $sandbox "cat $there/d/a $there/d/e/b" | Should -BeExactly @('1', '2')
        }
        finally { Remove-Item -Recurse -Force "$here-away" }
    }

    It 'ends with Ctrl+C within 2 s' {
        $pipeline = [PowerShell]::Create()
        try {
            $null = $pipeline.AddScript({ param($module, $sandbox, $here, $there) Import-Module $module; Sync-E2BDirectory $sandbox $here $there -Watch }).
                AddArgument($module).AddArgument($sandbox).AddArgument($here).AddArgument($there)
            $null = $pipeline.BeginInvoke()
            Wait-Same $here $there
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 2
        }
        finally { $pipeline.Dispose() }
    }

    It 'ends with the sandbox, as an error' {
        $gone = New-E2BSandbox
        $job = Sync-E2BDirectory $gone $here $there -Watch -AsJob
        Wait-Until { $job.Output.Count -gt 0 }
        Remove-E2BSandbox $gone
        Set-Content "$here/d/a" 'too late'
        $job | Wait-Job -Timeout 40 | Should -Not -BeNullOrEmpty
        $job.State | Should -Be 'Failed'
        $job.Error[0].FullyQualifiedErrorId | Should -Match '^E2B(SandboxEnded|SandboxNotFound)'
    }
}

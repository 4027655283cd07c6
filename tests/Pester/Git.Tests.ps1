BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $operations = (Get-Command Invoke-E2BGit).Parameters['Operation'].Attributes.Where{ $_ -is [ValidateSet] }.ValidValues | ForEach-Object { @{ Operation = $_ } }
}

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    . "$PSScriptRoot/Support.ps1"

    # A program that says on its first lines where it is, and ends when its input does.
    function Open-Helper([string[]] $Argument, [int] $Line, [hashtable] $Variable = @{}) {
        $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
        $Argument.ForEach{ $start.ArgumentList.Add($_) }
        $Variable.GetEnumerator().ForEach{ $start.Environment[$_.Key] = $_.Value }
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        [pscustomobject]@{ Process = $process; Said = @(for ($i = 0; $i -lt $Line; $i++) { $process.StandardOutput.ReadLine() }) }
    }

    function Close-Helper($Helper) {
        if ($Helper) {
            $Helper.Process.StandardInput.Close()
            $Helper.Process.WaitForExit()
            $Helper.Process.Dispose()
        }
    }

    # A git server that asks for a password, and a local server whose sandboxes reach it.
    $data = Join-Path ([IO.Path]::GetTempPath()) "e2b-pester-git-$PID"
    $password = "tok-$([guid]::NewGuid().ToString('n'))"
    $git = Open-Helper -Argument "$root/tests/GitServer/bin/Release/net10.0/GitServer.dll", "$data/git" -Line 1 -Variable @{ GIT_SERVER_USER = 'tester'; GIT_SERVER_PASSWORD = $password }
    $server = Open-Helper "$root/out/local-server/E2B.LocalServer.dll", serve, --port, 0, --data, "$data/server", --exit-with-stdin, --allow-host-port, $git.Said[0] 3
    $before = @{}
    foreach ($line in $server.Said) {
        $name, $value = $line -split '=', 2
        $before[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $value)
    }

    $url = "http://host.e2b.internal:$($git.Said[0])"
    $secret = [Net.NetworkCredential]::new('', $password).SecurePassword
    $credential = [pscredential]::new('tester', $secret)
    $sandbox = New-E2BSandbox
    Invoke-E2BGit $sandbox ConfigureUser 'Ann Example' ann@example.com
    Invoke-E2BGit $sandbox SetConfig init.defaultBranch main

    function Add-Remote([string] $Name) {
        git init --bare --quiet --initial-branch=main "$data/git/$Name"
        "$url/$Name"
    }

    function Add-Repository([string] $Path) {
        Invoke-E2BGit $sandbox Init -Path $Path
        Set-E2BFile $sandbox "$Path/a.txt" 'one'
        Invoke-E2BGit $sandbox Add -Path $Path
        Invoke-E2BGit $sandbox Commit first -Path $Path
    }
}

AfterAll {
    if ($sandbox) { Remove-E2BSandbox $sandbox }
    $before.GetEnumerator().ForEach{ [Environment]::SetEnvironmentVariable($_.Key, $_.Value) }
    Close-Helper $server
    Close-Helper $git
    [IO.Directory]::Delete($data, $true)
}

Describe 'The life of a repository' {
    It 'goes from clone to push and back' {
        $remote = Add-Remote life.git
        Invoke-E2BGit $sandbox Clone $remote -Path life -Credential $credential | Should -BeNullOrEmpty
        $status = Invoke-E2BGit $sandbox Status -Path life
        $status | Should -BeOfType E2B.GitStatus
        $status.Branch | Should -Be main
        $status.Commit | Should -BeNullOrEmpty
        Set-E2BFile $sandbox 'life/a b.txt' 'one'
        (Invoke-E2BGit $sandbox Status -Path life).Files.Name | Should -Be 'a b.txt'
        Invoke-E2BGit $sandbox Add 'a b.txt' -Path life
        $commit = Invoke-E2BGit $sandbox Commit 'first of all' -Path life -AuthorName Bob -AuthorEmail bob@example.com
        $commit | Should -BeOfType E2B.GitLogEntry
        $commit.Subject | Should -Be 'first of all'
        $commit.AuthorName | Should -Be Bob
        Invoke-E2BGit $sandbox Push origin main -Path life -Token $secret -UserName tester
        (Invoke-E2BGit $sandbox Status -Path life).Upstream | Should -Be origin/main

        Invoke-E2BGit $sandbox CreateBranch feature -Path life
        Set-E2BFile $sandbox 'life/a b.txt' 'two'
        $diff = Invoke-E2BGit $sandbox Diff -Path life
        $diff.Name, $diff.Status, $diff.Additions | Should -Be 'a b.txt', 'Modified', 1
        Invoke-E2BGit $sandbox Diff -Path life -Patch | Should -Match '\+two'
        Invoke-E2BGit $sandbox Stash -Path life
        (Invoke-E2BGit $sandbox Stash List -Path life).Index | Should -Be 0
        Invoke-E2BGit $sandbox Stash Pop -Path life
        Invoke-E2BGit $sandbox Add -Path life
        Invoke-E2BGit $sandbox Restore 'a b.txt' -Staged -Path life
        (Invoke-E2BGit $sandbox Status -Path life).Files.IsStaged | Should -BeFalse
        Invoke-E2BGit $sandbox Reset -Mode Hard -Path life
        Invoke-E2BGit $sandbox CheckoutBranch main -Path life
        $branches = Invoke-E2BGit $sandbox Branches -Path life
        $branches.Current | Should -Be main
        $branches.All.Name | Should -Be feature, main
        Invoke-E2BGit $sandbox DeleteBranch feature -Path life
        Invoke-E2BGit $sandbox Tag v1 -Message 'the first' -Path life
        (Invoke-E2BGit $sandbox Tag -Path life).Name | Should -Be v1
        Invoke-E2BGit $sandbox Tag v1 -Delete -Path life
        Invoke-E2BGit $sandbox Tag -Path life | Should -BeNullOrEmpty
        Invoke-E2BGit $sandbox Fetch -Path life -Credential $credential
        Invoke-E2BGit $sandbox Pull -Path life -Credential $credential
        Invoke-E2BGit $sandbox RemoteGet origin -Path life | Should -Be $remote
        Invoke-E2BGit $sandbox RemoteGet none -Path life | Should -BeNullOrEmpty
        @(Invoke-E2BGit $sandbox Log -Path life).Count | Should -Be 1
    }

    It 'keeps settings where they are put' {
        $null = Add-Repository settings
        Invoke-E2BGit $sandbox SetConfig e2b.x "a 'b'" -Scope Local -Path settings
        Invoke-E2BGit $sandbox GetConfig e2b.x -Scope Local -Path settings | Should -Be "a 'b'"
        Invoke-E2BGit $sandbox GetConfig e2b.x | Should -BeNullOrEmpty
        Invoke-E2BGit $sandbox GetConfig user.name | Should -Be 'Ann Example'
    }
}

Describe 'How arguments bind' {
    BeforeAll { $null = Add-Repository bind }

    It 'takes <Name>' -ForEach @(
        @{ Name = 'an object'; Code = { Invoke-E2BGit $sandbox Status -Path bind } }
        @{ Name = 'an id'; Code = { Invoke-E2BGit $sandbox.SandboxId status -Path bind } }
        @{ Name = 'names'; Code = { Invoke-E2BGit -Operation Status -Sandbox $sandbox -Path bind } }
        @{ Name = 'piped sandboxes'; Code = { $sandbox | Invoke-E2BGit -Operation Status -Path bind } }
        @{ Name = 'piped sandboxes with the operation alone'; Code = { $sandbox | Invoke-E2BGit Status -Path bind } }
        @{ Name = 'a working directory'; Code = { Invoke-E2BGit $sandbox Status -WorkingDirectory bind } }
    ) {
        (& $Code).Branch | Should -Be main
    }

    It 'takes the operation alone with a default sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        try {
            (Invoke-E2BGit Status -Path bind -UntrackedFiles All).IsClean | Should -BeTrue
            (Invoke-E2BGit Log -MaxCount 1 -Path bind).Subject | Should -Be first
        }
        finally { Set-E2BDefault -Sandbox $null }
    }

    It 'works in several sandboxes at once' {
        $two = New-E2BSandbox
        try {
            $sandbox, $two | Invoke-E2BGit Init -Path several
            $both = $sandbox, $two | Invoke-E2BGit Status -Path several
            $both.SandboxId | Sort-Object | Should -Be @($sandbox.SandboxId, $two.SandboxId | Sort-Object)
        }
        finally { Remove-E2BSandbox $two }
    }

    It 'runs anything else by -ArgumentList, argument by argument' {
        Invoke-E2BGit $sandbox -ArgumentList rev-parse, --abbrev-ref, HEAD -Path bind | Should -Be main
        Invoke-E2BGit $sandbox -ArgumentList log, '--format=%s%n$(id) "x"' -Path bind | Should -Be first, '$(id) "x"'
        $result = Invoke-E2BGit $sandbox -ArgumentList rev-parse, none -Path bind -PassThru
        $result.ExitCode | Should -Be 128
        { Invoke-E2BGit $sandbox -ArgumentList rev-parse, --verify, none -Path bind -ErrorAction Stop } | Should -Throw -ErrorId 'E2BGit*,*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'no operation'; Code = { Invoke-E2BGit $sandbox -ErrorAction Stop }; Id = 'E2BNoOperation' }
        @{ Name = 'what is none'; Code = { Invoke-E2BGit Frobnicate -ErrorAction Stop }; Id = 'E2BInvalidArgument' }
        @{ Name = 'an operation with -ArgumentList'; Code = { Invoke-E2BGit $sandbox Status -ArgumentList x }; Id = 'E2BAmbiguousCommand' }
        @{ Name = 'a Windows path'; Code = { Invoke-E2BGit $sandbox Status -Path 'C:\r' }; Id = 'E2BWindowsPath' }
        @{ Name = 'a URL with a password'; Code = { Invoke-E2BGit $sandbox Clone https://a:s3cr3t@x/y -ErrorAction Stop }; Id = 'E2BInvalidArgument' }
        @{ Name = 'a URL with a password in a setting'; Code = { Invoke-E2BGit $sandbox SetConfig remote.x.url https://a:s3cr3t@x/y -ErrorAction Stop }; Id = 'E2BInvalidArgument' }
        @{ Name = 'a URL with a password in an option'; Code = { Invoke-E2BGit $sandbox -ArgumentList push, --repo=https://a:s3cr3t@x/y -ErrorAction Stop }; Id = 'E2BInvalidArgument' }
        @{ Name = 'both kinds of credentials'; Code = { Invoke-E2BGit $sandbox Fetch -Credential $credential -Token $secret -ErrorAction Stop }; Id = 'E2BInvalidArgument' }
    ) {
        $thrown = { & $Code } | Should -Throw -ErrorId "$Id,*" -PassThru
        "$thrown" | Should -Not -Match s3cr3t
    }
}

Describe 'Parameters' {
    It 'of <Operation> are those that the help lists' -ForEach $operations {
        $static = (Get-Command Invoke-E2BGit).Parameters.Keys
        $dynamic = (Get-Command Invoke-E2BGit -ArgumentList $null, $Operation).Parameters.Keys | Where-Object { $_ -notin $static } | Sort-Object
        $page = [IO.File]::ReadAllText("$root/docs/cmdlets/Invoke-E2BGit.md")
        $line = [regex]::Match($page, "(?m)^\| ``$Operation`` \| (.*?) \|").Groups[1]
        $line.Success | Should -BeTrue -Because 'the help has a line for it'
        [regex]::Matches($line.Value, '-(\w+)').ForEach{ $_.Groups[1].Value } | Sort-Object | Should -Be $dynamic
    }

    It 'have one type and one meaning each' {
        $all = foreach ($operation in (Get-Command Invoke-E2BGit).Parameters['Operation'].Attributes.Where{ $_ -is [ValidateSet] }.ValidValues) {
            (Get-Command Invoke-E2BGit -ArgumentList $null, $operation).Parameters.Values | Where-Object IsDynamic
        }
        $all.Count | Should -BeGreaterThan 50
        foreach ($group in $all | Group-Object Name) {
            @($group.Group.ParameterType | Sort-Object -Unique).Count | Should -Be 1 -Because $group.Name
        }

        # Each is described once, for all operations.
        $page = [IO.File]::ReadAllText("$root/docs/cmdlets/Invoke-E2BGit.md")
        foreach ($name in $all.Name | Sort-Object -Unique) {
            [regex]::Matches($page, "(?m)^- ``-$name``").Count | Should -Be 1 -Because "-$name is described"
        }
    }

    It 'and operations are completed' {
        (TabExpansion2 'Invoke-E2BGit $x Cl').CompletionMatches.CompletionText | Should -Be Clone
        (TabExpansion2 'Invoke-E2BGit $x Clone -De').CompletionMatches.CompletionText | Should -Contain '-Depth'
        (TabExpansion2 'Invoke-E2BGit $x Status -De').CompletionMatches.CompletionText | Should -Not -Contain '-Depth'
        (TabExpansion2 'Invoke-E2BGit Sta').CompletionMatches.CompletionText | Should -Contain Stash
        (TabExpansion2 'Invoke-E2BGit $x Reset -Mode Ha').CompletionMatches.CompletionText | Should -Be Hard
    }
}

Describe 'Errors' {
    BeforeAll {
        $null = Add-Repository errors
        $private = Add-Remote errors.git
    }

    It 'say what is missing, and repeat no address, where a URL stands in the place of the operation' {
        $wrong = { Invoke-E2BGit Clone https://user:canary-in-the-url@git.example.invalid/r.git } | Should -Throw -PassThru
        $wrong.Exception.Message | Should -BeLike '*as in Invoke-E2BGit Clone -Url*'
        $wrong | Format-List * -Force | Out-String | Should -Not -BeLike "*'https://*canary*"
        $wrong.Exception.Message | Should -Not -BeLike '*canary*'
    }

    It '<Id>' -ForEach @(
        @{ Id = 'E2BGitAuthenticationFailed'; Code = { Invoke-E2BGit $sandbox Clone $private -Path none } }
        @{ Id = 'E2BGitAuthenticationFailed'; Code = { Invoke-E2BGit $sandbox Clone $private -Path none -Token wrong } }
        @{ Id = 'E2BGitNoUpstream'; Code = { Invoke-E2BGit $sandbox Push -Path errors } }
        @{ Id = 'E2BGitNotARepository'; Code = { Invoke-E2BGit $sandbox Status -Path /tmp } }
        @{ Id = 'E2BGitNotFound'; Code = { Invoke-E2BGit $sandbox CheckoutBranch none -Path errors } }
        @{ Id = 'E2BGitExists'; Code = { Invoke-E2BGit $sandbox CreateBranch main -Path errors } }
        @{ Id = 'E2BGitUnreachable'; Code = { Invoke-E2BGit $sandbox Clone http://127.0.0.1:9/x.git -Path none } }
        @{ Id = 'E2BGitFailed'; Code = { Invoke-E2BGit $sandbox Commit nothing -Path errors } }
        @{ Id = 'E2BGitNotInstalled'; Code = { Invoke-E2BGit $sandbox Status -Path errors -Environment @{ PATH = '/none' } } }
        @{ Id = 'E2BGitNoIdentity'; Code = { Invoke-E2BGit $sandbox Commit x -AllowEmpty -Path errors -Environment @{ GIT_CONFIG_GLOBAL = '/dev/null'; EMAIL = '' } } }
        @{ Id = 'E2BGitConflict'; Code = {
                Invoke-E2BGit $sandbox Clone errors -Path theirs
                foreach ($side in 'theirs', 'errors') {
                    Set-E2BFile $sandbox "$side/a.txt" $side
                    Invoke-E2BGit $sandbox Add -Path $side
                    $null = Invoke-E2BGit $sandbox Commit $side -Path $side
                }
                Invoke-E2BGit $sandbox -ArgumentList pull, --no-rebase, ../theirs, main -Path errors
            }
        }
    ) {
        $ErrorActionPreference = 'Continue'
        $failed = @(& { & $Code } 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
        $failed.Count | Should -Be 1 -Because "$failed"
        $failed[0].FullyQualifiedErrorId | Should -Be "$Id,E2B.PowerShell.Commands.InvokeE2BGitCommand"
        $failed[0].Exception.GitMessage | Should -Not -BeNullOrEmpty
        $failed[0].TargetObject.SandboxId | Should -Be $sandbox.SandboxId
        "$($failed[0])$($failed[0].Exception)" | Should -Not -Match $password
    }
}

Describe 'A password' {
    It 'is in nothing that this side shows or keeps' {
        $private = Add-Remote shown.git
        $log = Join-Path ([IO.Path]::GetTempPath()) "e2b-pester-transcript-$PID.txt"
        $script = @'
            param($module, $sandbox, $private, $credential, $log)
            $null = Start-Transcript $log
            Import-Module $module
            $wrong = [pscredential]::new('tester', (ConvertTo-SecureString "$($credential.GetNetworkCredential().Password)x" -AsPlainText -Force))
            $trace = @{ GIT_TRACE = '1'; GIT_TRACE_CURL = '1'; GIT_CURL_VERBOSE = '1' }
            $all = & {
                Invoke-E2BGit $sandbox Clone $private -Path shown -Credential $credential -Environment $trace -PassThru -Verbose -Debug
                Invoke-E2BGit $sandbox Fetch -Path shown -Credential $wrong -Environment $trace -Verbose -Debug
                Invoke-E2BGit $sandbox Push $private -Path shown -Credential $wrong -Verbose -Debug
                $job = Invoke-E2BGit $sandbox Pull -Path shown -Credential $wrong -AsJob -Verbose -Debug
                $null = $job | Wait-Job
                $job | Format-List * | Out-String
                $job.ChildJobs | Format-List * | Out-String
                $job | Receive-Job
            } *>&1 | ForEach-Object { $_; $_ | Format-List * -Force | Out-String -Width 10000 }
            $all | Out-String -Width 10000
            $Error | ForEach-Object { $_ | Format-List * -Force | Out-String -Width 10000; "$($_.Exception)" }
            Get-E2BSandboxLog $sandbox | Out-String -Width 10000
            $null = Stop-Transcript
'@
        $shell = [PowerShell]::Create().AddScript($script).AddArgument("$root/out/E2B/E2B.psd1").AddArgument($sandbox).AddArgument($private).AddArgument($credential).AddArgument($log)
        try {
            $said = $shell.Invoke() -join "`n"
            $said += $shell.Streams.Error, $shell.Streams.Verbose, $shell.Streams.Debug, $shell.Streams.Warning, $shell.Streams.Progress | Out-String -Width 10000
            $said += [IO.File]::ReadAllText($log)
        }
        finally {
            $shell.Dispose()
            [IO.File]::Delete($log)
        }

        $said += [IO.File]::ReadAllText("$data/server/server.log")
        $said += Get-ChildItem "$data/server" -Recurse -File -Filter *.log | ForEach-Object { [IO.File]::ReadAllText($_.FullName) } | Out-String
        $said | Should -Match 'Authentication failed' -Because 'something was said'
        $said | Should -Match 'git-remote-http' -Because 'git was traced'
        foreach ($secret in $password, [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("tester:$password")), [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("tester:${password}x"))) {
            $said.Contains($secret) | Should -BeFalse
        }
    }

    It 'in an address is not shown by -WhatIf' {
        $said = pwsh -NoProfile -NonInteractive -Command "Import-Module '$root/out/E2B/E2B.psd1'; Invoke-E2BGit $($sandbox.SandboxId) Push https://a:s3cr3t@x/y -WhatIf" | Out-String
        $said | Should -Match '\*\*\*@x/y'
        $said | Should -Not -Match s3cr3t
    }
}

Describe 'Around it' {
    BeforeAll { $null = Add-Repository around }

    It 'does nothing with -WhatIf' {
        Set-E2BFile $sandbox around/a.txt 'changed'
        Invoke-E2BGit $sandbox Reset -Mode Hard -Path around -WhatIf
        Invoke-E2BGit $sandbox CreateBranch extra -Path around -WhatIf
        Invoke-E2BGit $sandbox Push nowhere -Path around -WhatIf
        (Invoke-E2BGit $sandbox Status -Path around -WhatIf).Files.Name | Should -Be a.txt
        (Invoke-E2BGit $sandbox Branches -Path around).All.Name | Should -Be main
    }

    It 'returns what git wrote with -PassThru' {
        $result = Invoke-E2BGit $sandbox Add -Path around -PassThru
        $result | Should -BeOfType E2B.CommandResult
        $result.ExitCode | Should -Be 0
    }

    It 'works as a job, whose command holds no token' {
        $remote = Add-Remote job.git
        $job = Invoke-E2BGit $sandbox Clone $remote -Path job -Token $password -UserName tester -AsJob -JobName cloning
        $job | Wait-Job -Timeout 60 | Receive-Job
        $job.State | Should -Be Completed
        $job | Format-List * | Out-String | Should -Not -Match $password
        $job | Remove-Job
        Test-E2BPath $sandbox job/.git | Should -BeTrue
    }

    It 'shows progress' {
        Invoke-E2BCommand $sandbox 'git init -q big && cd big && for i in $(seq 300); do head -c 2000 /dev/urandom > f$i; done && git add . && git commit -qm x'
        $shell = [PowerShell]::Create().AddScript('param($module, $sandbox) Import-Module $module; Invoke-E2BGit $sandbox Clone file:///home/user/big -Path copy').
        AddArgument("$root/out/E2B/E2B.psd1").AddArgument($sandbox)
        try {
            $null = $shell.Invoke()
            $shell.HadErrors | Should -BeFalse
            $bars = $shell.Streams.Progress | Where-Object Activity -like 'git Clone*'
            @($bars | Where-Object StatusDescription -match '^Receiving objects: \d+ of \d+').Count | Should -BeGreaterThan 0
            $bars[-1].RecordType | Should -Be Completed
        }
        finally { $shell.Dispose() }
    }

    It 'warns before it leaves a credential behind' {
        $remote = Add-Remote stored.git
        Invoke-E2BGit $sandbox Clone $remote -Path stored -Credential $credential -StoreCredential -WarningVariable warned 3>$null
        $warned | Should -Match 'e2b-credentials'
        Invoke-E2BGit $sandbox Fetch -Path stored -ErrorAction Stop
        $other = New-E2BSandbox
        try {
            Invoke-E2BGit $other DangerouslyAuthenticate -Credential $credential -HostName ([uri] $url).Authority -Protocol http -WarningVariable warned 3>$null
            $warned | Should -Match '\.git-credentials'
            Invoke-E2BGit $other Clone $remote -ErrorAction Stop
        }
        finally { Remove-E2BSandbox $other }
    }

    It 'stops git in the sandbox when it is left, and leaves no half of a clone' {
        $remote = Add-Remote slow.git
        $hold = New-Item "$data/git/slow.git.hold"
        $shell = [PowerShell]::Create().AddScript('param($module, $sandbox, $remote, $credential) Import-Module $module; Invoke-E2BGit $sandbox Clone $remote -Path slow -Credential $credential').
        AddArgument("$root/out/E2B/E2B.psd1").AddArgument($sandbox).AddArgument($remote).AddArgument($credential)
        try {
            Invoke-E2BGit $sandbox Push $remote main -Path around -Credential $credential -AsJob | Out-Null
            $null = $shell.BeginInvoke()
            Wait-Until { Test-Running $sandbox '[c]lone --progress' }
            $shell.Stop()
            Wait-Until { -not (Test-Running $sandbox '[c]lone --progress') }
            Test-E2BPath $sandbox slow | Should -BeFalse
        }
        finally {
            $shell.Dispose()
            Remove-Item $hold
            Get-Job | Where-Object PSJobTypeName -EQ E2BJob | Remove-Job -Force
        }
    }
}

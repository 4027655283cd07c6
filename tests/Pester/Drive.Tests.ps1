# The provider E2B: a sandbox's files as a drive.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path
    $sandbox = New-E2BSandbox
    $null = New-PSDrive -Name sbx -PSProvider E2B -Root $sandbox.SandboxId
    $home0 = Get-Location

    # A proxy that writes down the requests that go through it, and can keep them waiting.
    Add-Type -TypeDefinition @'
        using System;
        using System.Collections.Generic;
        using System.Net;
        using System.Net.Sockets;
        using System.Text;
        using System.Text.RegularExpressions;
        using System.Threading.Tasks;
        public sealed class CountingProxy : IDisposable
        {
            private readonly TcpListener _listener = new TcpListener(IPAddress.Loopback, 0);
            private readonly List<string> _requests = new List<string>();
            private readonly int _port;
            public CountingProxy(int port) { _port = port; _listener.Start(); _ = AcceptAsync(); }
            public string Url => "http://127.0.0.1:" + ((IPEndPoint)_listener.LocalEndpoint).Port;
            public volatile bool Holds;
            public string[] Requests { get { lock (_requests) { return _requests.ToArray(); } } }
            public void Clear() { lock (_requests) { _requests.Clear(); } }
            public void Dispose() { _listener.Stop(); }
            private async Task AcceptAsync()
            {
                while (true)
                {
                    TcpClient near;
                    try { near = await _listener.AcceptTcpClientAsync(); } catch (Exception) { return; }
                    var far = new TcpClient("127.0.0.1", _port);
                    _ = PassAsync(near, far, true);
                    _ = PassAsync(far, near, false);
                }
            }
            private async Task PassAsync(TcpClient from, TcpClient to, bool isRequest)
            {
                var buffer = new byte[65536];
                try
                {
                    int read;
                    while ((read = await from.GetStream().ReadAsync(buffer, 0, buffer.Length)) > 0)
                    {
                        if (isRequest)
                        {
                            foreach (Match match in Regex.Matches(Encoding.Latin1.GetString(buffer, 0, read), @"(?:GET|POST|DELETE) (\S+) HTTP/1\.1\r\n"))
                            {
                                lock (_requests) { _requests.Add(match.Groups[1].Value); }
                            }
                            while (Holds) { await Task.Delay(5); }
                        }
                        await to.GetStream().WriteAsync(buffer, 0, read);
                    }
                }
                catch (Exception) { }
                from.Close();
                to.Close();
            }
        }
'@

    # What a piece of script asks of the sandbox.
    function Get-Request([scriptblock] $Script) {
        $proxy.Clear()
        $null = & $Script
        $proxy.Requests
    }
}
AfterAll {
    Set-Location $home0
    Remove-PSDrive sbx
    Remove-E2BSandbox $sandbox
}

Describe 'New-PSDrive' {
    AfterEach {
        Set-Location $home0
        Get-PSDrive -Name more -ErrorAction Ignore | Remove-PSDrive
    }

    It 'makes a drive of a sandbox id, which means its root' {
        $drive = New-PSDrive -Name more -PSProvider E2B -Root $sandbox.SandboxId
        $drive.Provider.Name | Should -Be 'E2B'
        $drive.SandboxId | Should -Be $sandbox.SandboxId
        $drive.Root | Should -Be "$($sandbox.SandboxId)/"
        (Get-ChildItem more:/).Name | Should -Contain 'etc'
    }

    It 'makes a drive of a directory' {
        $drive = New-PSDrive -Name more -PSProvider E2B -Root "$($sandbox.SandboxId):/home/user/"
        $drive.Root | Should -Be "$($sandbox.SandboxId)/home/user"
        Get-ChildItem more:/ -Force -Name | Should -Contain '.bashrc'
    }

    It 'takes a sandbox object, and -Root is the path then' {
        $null = New-PSDrive -Name more -PSProvider E2B -Sandbox $sandbox -Root /home
        Get-ChildItem more:/ -Name | Should -Contain 'user'
        Remove-PSDrive more
        $null = New-PSDrive -Name more -PSProvider E2B -Sandbox $sandbox -Root ''
        Test-Path more:/etc | Should -BeTrue
    }

    It 'takes the default sandbox where none is named' {
        Set-E2BDefault -Sandbox $sandbox
        try {
            $null = New-PSDrive -Name more -PSProvider E2B -Root /etc
            Test-Path more:/passwd | Should -BeTrue
        }
        finally { Set-E2BDefault -Sandbox $null }
    }

    It 'takes a connection, and keeps it' {
        $connection = Get-E2BConnection
        Connect-E2B -ApiKey $env:E2B_API_KEY -ApiUrl http://127.0.0.1:1 -SandboxUrl http://127.0.0.1:1
        try {
            { New-PSDrive -Name more -PSProvider E2B -Root $sandbox.SandboxId -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUnreachable,*'
            $null = New-PSDrive -Name more -PSProvider E2B -Root $sandbox.SandboxId -Connection $connection
            Test-Path more:/etc | Should -BeTrue
            (Get-Item more:/etc | Get-Item).Name | Should -Be 'etc'
        }
        finally { Disconnect-E2B }
    }

    It 'works for another user' {
        $null = New-PSDrive -Name more -PSProvider E2B -Root "$($sandbox.SandboxId):/root" -User root
        Set-Content more:/drive-root.txt 'mine'
        Add-Content more:/drive-root.txt 'too'
        (Get-Item more:/drive-root.txt).Owner | Should -Be 'root'
        Copy-Item more:/drive-root.txt more:/copied.txt
        Get-Content more:/copied.txt | Should -Be 'mine', 'too'
    }

    It 'fails when <what>' -ForEach @(
        @{ What = 'the sandbox is missing'; Root = { 'i0000000000000000000' }; Id = 'E2BSandboxNotFound' }
        @{ What = 'the directory is missing'; Root = { "$($sandbox.SandboxId):/nope" }; Id = 'E2BFileNotFound' }
        @{ What = 'it is a file'; Root = { "$($sandbox.SandboxId):/etc/passwd" }; Id = 'E2BInvalidArgument' }
        @{ What = 'no sandbox is named'; Root = { '' }; Id = 'E2BNoSandbox' }
    ) {
        { New-PSDrive -Name more -PSProvider E2B -Root (& $Root) -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        Get-PSDrive more -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'fails when two sandboxes are named' {
        { New-PSDrive -Name more -PSProvider E2B -Root 'i0000000000000000000:/' -Sandbox $sandbox -ErrorAction Stop } |
            Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'needs nothing but a sandbox object in another runspace' {
        $key = $env:E2B_API_KEY
        1 | ForEach-Object -Parallel {
            Import-Module $using:module
            Connect-E2B -ApiKey $using:key -ApiUrl http://127.0.0.1:1 -SandboxUrl http://127.0.0.1:1
            $null = New-PSDrive -Name par -PSProvider E2B -Sandbox $using:sandbox -Root /etc
            Get-ChildItem par:/passwd | Get-Content | Select-Object -First 1
        } | Should -BeLike 'root:*'
    }
}

Describe 'Looking around' {
    BeforeAll {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/look/sub/deep/er/and/so/on && cd /tmp/look && touch one.txt Two.txt .hidden sub/three.txt sub/.dot sub/deep/er/and/so/on/last.txt && ln -s /usr/bin link && ln -s /nowhere broken'
    }
    AfterEach { Set-Location $home0 }

    It 'moves with cd, and stays within the drive' {
        Set-Location sbx:
        "$PWD" | Should -Be 'sbx:/'
        Set-Location tmp/look
        "$PWD" | Should -Be 'sbx:/tmp/look'
        Get-ChildItem sub -Name | Should -Be 'deep', 'three.txt'
        Set-Location ../../../..
        "$PWD" | Should -Be 'sbx:/'
        Push-Location sbx:/tmp/look/link
        Test-Path sed | Should -BeTrue
        Pop-Location
        "$PWD" | Should -Be 'sbx:/'
        { Set-Location sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        { Set-Location sbx:/etc/passwd -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'takes .. above the root for the root, as Linux does' {
        $null = New-PSDrive -Name low -PSProvider E2B -Root "$($sandbox.SandboxId):/tmp/look"
        Test-Path low:/../../etc/passwd | Should -BeFalse
        Test-Path low:/sub/../../../tmp/look/one.txt | Should -BeFalse
        (Get-Item low:/../one.txt).FullName | Should -Be '/tmp/look/one.txt'
        Set-Location low:/sub
        (Get-Item ../../../../one.txt).FullName | Should -Be '/tmp/look/one.txt'
        { New-Item low:/sub -Name ../../out -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        Test-Path sbx:/tmp/out | Should -BeFalse
    }

    It 'gives entries with the notes of a provider' {
        $item = Get-Item sbx:/tmp/look/one.txt
        $item | Should -BeOfType ([E2B.SandboxEntry])
        $item.PSChildName | Should -Be 'one.txt'
        $item.PSPath | Should -BeLike "*E2B::$($sandbox.SandboxId)/tmp/look/one.txt"
        $item.PSParentPath | Should -BeLike "*E2B::$($sandbox.SandboxId)/tmp/look"
        $item.PSDrive.Name | Should -Be 'sbx'
        $item.PSIsContainer | Should -BeFalse
        $item.FullName | Should -Be '/tmp/look/one.txt'
        $item.Path | Should -Be 'sbx:/tmp/look/one.txt'
        (Get-Item sbx:/tmp/look).PSIsContainer | Should -BeTrue
        (Get-Item sbx:/).FullName | Should -Be '/'
        (Get-Item $item.PSPath).FullName | Should -Be '/tmp/look/one.txt'
    }

    It 'lists, with names that begin with a dot only by -Force' {
        (Get-ChildItem sbx:/tmp/look).Name | Should -Be 'Two.txt', 'broken', 'link', 'one.txt', 'sub'
        (Get-ChildItem sbx:/tmp/look -Force).Name | Should -Contain '.hidden'
        Get-ChildItem sbx:/tmp/look -Name -Force | Should -Contain '.hidden'
        (Get-ChildItem sbx:/tmp/look/*).Name | Should -Not -Contain '.hidden'
        (Get-ChildItem sbx:/tmp/look/one.txt).Name | Should -Be 'one.txt'
        (Get-Item sbx:/tmp/look/.hidden).Name | Should -Be '.hidden'
    }

    It 'lists <switches>' -ForEach @(
        @{ Switches = '-File'; Expected = 'Two.txt', 'broken', 'one.txt' }
        @{ Switches = '-Directory'; Expected = 'link', 'sub' }
        @{ Switches = '-Directory -Name'; Expected = 'link', 'sub' }
        @{ Switches = '-Filter *.txt'; Expected = 'Two.txt', 'one.txt' }
        @{ Switches = '-Filter *.txt -Name'; Expected = 'Two.txt', 'one.txt' }
        @{ Switches = '-Exclude *.txt'; Expected = 'broken', 'link', 'sub' }
        @{ Switches = '-Recurse -Depth 1 -File'; Expected = 'Two.txt', 'broken', 'one.txt', 'three.txt' }
        @{ Switches = '-Recurse -Filter *.txt'; Expected = 'Two.txt', 'one.txt', 'three.txt', 'last.txt' }
        @{ Switches = '-Recurse -Include t*, last*'; Expected = 'Two.txt', 'three.txt', 'last.txt' }
        @{ Switches = '-Recurse -Include *.txt -File -Exclude T*'; Expected = 'one.txt', 'last.txt' }
    ) {
        $found = & ([scriptblock]::Create("Get-ChildItem sbx:/tmp/look $Switches"))
        ($found | ForEach-Object { $_.Name ?? $_ }) | Sort-Object | Should -BeExactly ($Expected | Sort-Object)
    }

    It 'lists a tree directory by directory, whatever its depth, and follows no links' {
        (Get-ChildItem sbx:/tmp/look -Recurse).FullName | Should -Be @(
            'Two.txt', 'broken', 'link', 'one.txt', 'sub', 'sub/deep', 'sub/three.txt', 'sub/deep/er', 'sub/deep/er/and',
            'sub/deep/er/and/so', 'sub/deep/er/and/so/on', 'sub/deep/er/and/so/on/last.txt').ForEach{ "/tmp/look/$_" }
        (Get-ChildItem sbx:/tmp/look -Recurse -Force).Name | Should -Contain '.dot'
        Get-ChildItem sbx:/tmp/look -Recurse -Name | Should -Contain 'sub/deep/er/and/so/on/last.txt'
    }

    It 'is not led in circles by links' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/circle/a /tmp/circle/b; ln -s ../b /tmp/circle/a/b; ln -s ../a /tmp/circle/b/a; ln -s . /tmp/circle/self; touch /tmp/circle/a/x'
        (Get-ChildItem sbx:/tmp/circle -Recurse -Include x).FullName | Should -Be '/tmp/circle/a/x'
        @(Get-ChildItem sbx:/tmp/circle -Recurse -Name).Count | Should -Be 6
        (Get-ChildItem sbx:/tmp/circle/*/*/x).FullName | Sort-Object | Should -Be '/tmp/circle/b/a/x', '/tmp/circle/self/a/x'
    }

    It 'goes on after a directory that cannot be read: <command>' -ForEach @(
        @{ Command = 'Get-ChildItem sbx:/proc/tty -Recurse' }
        @{ Command = 'Get-ChildItem sbx:/proc/tty -Recurse -Include *' }
        @{ Command = 'Get-ChildItem sbx:/proc/tty/*/*, sbx:/proc/tty' }
    ) {
        $names = (. ([scriptblock]::Create("$Command -ErrorAction SilentlyContinue -ErrorVariable problems"))).Name
        $names | Should -Contain 'drivers'
        $names | Should -Contain 'ldisc'
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'E2BServiceError,*'
        "$($problems[0])" | Should -BeLike '*/proc/tty/driver*denied*'
    }

    It 'expands wildcards' {
        (Get-Item sbx:/tmp/look/*.txt).Name | Should -Be 'Two.txt', 'one.txt'
        (Get-Item sbx:/tmp/l*/s*/t*).FullName | Should -Be '/tmp/look/sub/three.txt'
        (Get-Item sbx:/tmp/look/[a-o]ne.txt).Name | Should -Be 'one.txt'
        Get-ChildItem sbx:/tmp/nope* | Should -BeNullOrEmpty
        Test-Path sbx:/tmp/look/*.txt | Should -BeTrue
        Test-Path sbx:/tmp/look/*.zip | Should -BeFalse
        (Resolve-Path sbx:/tmp/look/*.txt).Path | Should -Be 'sbx:/tmp/look/Two.txt', 'sbx:/tmp/look/one.txt'
    }

    It 'tests paths, minding capitals' {
        Test-Path sbx:/tmp/look/one.txt | Should -BeTrue
        Test-Path sbx:/tmp/look/One.txt | Should -BeFalse
        Test-Path sbx:/tmp/look/one.txt -PathType Leaf | Should -BeTrue
        Test-Path sbx:/tmp/look/one.txt -PathType Container | Should -BeFalse
        Test-Path sbx:/tmp/look/sub -PathType Container | Should -BeTrue
        Test-Path sbx:/tmp/look/one.txt/below | Should -BeFalse
        Test-Path sbx:/tmp/look/broken | Should -BeTrue
    }

    It 'works on the form of paths' {
        Join-Path sbx:/tmp x | Should -Be 'sbx:/tmp/x'
        Split-Path sbx:/tmp/look/one.txt | Should -Be 'sbx:/tmp/look'
        Split-Path sbx:/tmp/look/one.txt -Leaf | Should -Be 'one.txt'
        Convert-Path sbx:/tmp/look | Should -Be "$($sandbox.SandboxId)/tmp/look"
        Set-Location sbx:/tmp/look/sub
        Resolve-Path -Relative three.txt | Should -Be './three.txt'
        Resolve-Path -Relative sbx:/tmp/look/one.txt | Should -Be '../one.txt'
        Resolve-Path -Relative sbx:/etc | Should -Be '../../../etc'
    }

    It 'understands backslashes' {
        (Get-Item sbx:\tmp\look\one.txt).FullName | Should -Be '/tmp/look/one.txt'
        Set-Location sbx:\tmp\look
        (Get-ChildItem .\sub).Name | Should -Be 'deep', 'three.txt'
        Get-Content sbx:\etc\hostname | Should -Be (Get-E2BFile $sandbox /etc/hostname)
    }

    It 'says that nothing is there as PowerShell does' {
        { Get-Item sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        { Get-ChildItem sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        { Get-Content sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        { Remove-Item sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        { Get-Item sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ExceptionType ([System.Management.Automation.ItemNotFoundException])
    }

    It 'says what it does not do' {
        { Invoke-Item sbx:/tmp/look/one.txt -ErrorAction Stop } | Should -Throw -ErrorId 'NotSupported,*'
        { Get-ItemProperty sbx:/tmp/look/one.txt -ErrorAction Stop } | Should -Throw -ErrorId 'NotSupported,*'
    }

    It 'completes paths' {
        $line = 'Set-Location sbx:/tmp/lo'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'sbx:/tmp/look'
        $line = 'Get-Content sbx:/tmp/look/o'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'sbx:/tmp/look/one.txt'
        Set-Location sbx:/tmp
        $line = 'cd lo'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be './look'
    }
}

Describe 'Odd names' {
    BeforeAll {
        $names = '-dash', 'a b', "it's", 'say "so"', '[brackets]', 'ünï€', '$dollar', 'back`tick', 'star*', "two`nlines", 'semi;colon', 'co:lon', '#hash', '~tilde'
    }

    It 'are written, read, listed, copied, renamed and removed' {
        $null = New-Item sbx:/tmp/odd -ItemType Directory
        foreach ($name in $names) { Set-Content -LiteralPath "sbx:/tmp/odd/$name" "content of $name" -NoNewline }
        (Get-ChildItem sbx:/tmp/odd).Name | Sort-Object | Should -Be ($names | Sort-Object)
        foreach ($name in $names) {
            $path = "sbx:/tmp/odd/$name"
            Test-Path -LiteralPath $path | Should -BeTrue -Because $name
            Get-Content -LiteralPath $path -Raw | Should -BeExactly "content of $name"
            Get-E2BFile $sandbox -LiteralPath "/tmp/odd/$name" -Raw | Should -BeExactly "content of $name"
            Copy-Item -LiteralPath $path 'sbx:/tmp/odd/copied'
            Rename-Item -LiteralPath $path 'renamed'
            Get-Content sbx:/tmp/odd/copied, sbx:/tmp/odd/renamed -Raw | Should -BeExactly "content of $name", "content of $name"
            Move-Item sbx:/tmp/odd/renamed $path.Replace('[', '`[').Replace('*', '`*')
        }
        Get-ChildItem sbx:/tmp/odd | Remove-Item
        Get-ChildItem sbx:/tmp/odd -Force | Should -BeNullOrEmpty
    }

    It 'with a backslash are shown, and refused by name; nothing else is hit' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/back/d && cd /tmp/back && touch "a\\b" "d\\" "x\\..\\..\\keep" ../keep'
        $items = Get-ChildItem sbx:/tmp/back
        $items.Name | Should -Contain 'a\b'
        ($items | Where-Object Name -eq 'a\b').PSChildName | Should -Be 'a\b'
        { Get-Item 'sbx:/tmp/back/a\b' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BWindowsPath,*' -ExpectedMessage '*backslash*Invoke-E2BCommand*'
        { Get-Content 'sbx:/tmp/back/a\b' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        Test-Path 'sbx:/tmp/back/a\b' | Should -BeFalse
        Test-Path 'sbx:/tmp/back/a\c' | Should -BeFalse
        { Get-Item 'sbx:/tmp/back/a\c' -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'

        $items | Remove-Item -Recurse -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be (@('E2BWindowsPath,Microsoft.PowerShell.Commands.RemoveItemCommand') * 3)
        Remove-Item sbx:/tmp/back/* -Recurse -ErrorAction SilentlyContinue
        @(Get-ChildItem sbx:/tmp/back).Count | Should -Be 3
        Test-Path sbx:/tmp/keep | Should -BeTrue
    }
}

Describe 'Content' {
    It 'is lines, one string, or bytes' {
        Set-Content sbx:/tmp/lines one, two
        Get-Content sbx:/tmp/lines | Should -BeExactly 'one', 'two'
        Get-Content sbx:/tmp/lines -Raw | Should -BeExactly "one`ntwo`n"
        Get-Content sbx:/tmp/lines -TotalCount 1 | Should -BeExactly 'one'
        Get-Content sbx:/tmp/lines -ReadCount 0 | ForEach-Object Count | Should -Be 2
        [Text.Encoding]::ASCII.GetString((Get-Content sbx:/tmp/lines -AsByteStream -Raw)) | Should -BeExactly "one`ntwo`n"
        Get-Content sbx:/tmp/lines -AsByteStream -TotalCount 3 | Should -Be 111, 110, 101
        (Get-Content sbx:/tmp/lines | Select-Object -First 1).PSChildName | Should -Be 'lines'
    }

    It 'brings every byte through' {
        $bytes = [byte[]](0..255) * 1000
        Set-Content sbx:/tmp/bytes -Value $bytes -AsByteStream
        Invoke-E2BCommand $sandbox 'sha256sum < /tmp/bytes' | Should -BeLike "$([Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($bytes)).ToLowerInvariant())*"
        [Linq.Enumerable]::SequenceEqual($bytes, [byte[]](Get-Content sbx:/tmp/bytes -AsByteStream -Raw)) | Should -BeTrue
        [byte[]](1, 2, 255) | Set-Content sbx:/tmp/few -AsByteStream
        Get-Content sbx:/tmp/few -AsByteStream | Should -Be 1, 2, 255
    }

    It 'is added' {
        Set-Content sbx:/tmp/added first
        Add-Content sbx:/tmp/added second, third
        Add-Content sbx:/tmp/new-by-adding only
        Add-Content sbx:/tmp/added ([byte[]](33)) -AsByteStream
        Get-Content sbx:/tmp/added | Should -BeExactly 'first', 'second', 'third', '!'
        Get-Content sbx:/tmp/new-by-adding | Should -BeExactly 'only'
        (Get-ChildItem sbx:/tmp -Force).Name | Should -Not -Match '^\.e2b'
    }

    It 'is cleared' {
        Set-Content sbx:/tmp/cleared content
        Clear-Content sbx:/tmp/cleared
        (Get-Item sbx:/tmp/cleared).Size | Should -Be 0
        { Clear-Content sbx:/tmp/nope -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        { Clear-Content sbx:/tmp -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'has an encoding' {
        Set-Content sbx:/tmp/marked ä -Encoding utf8BOM
        Get-Content sbx:/tmp/marked -AsByteStream | Should -Be 239, 187, 191, 195, 164, 10
        Get-Content sbx:/tmp/marked | Should -BeExactly 'ä'
        Set-Content sbx:/tmp/wide ä -Encoding unicode -NoNewline
        Add-Content sbx:/tmp/wide b -Encoding unicode -NoNewline
        Get-Content sbx:/tmp/wide -AsByteStream | Should -Be 255, 254, 228, 0, 98, 0
        Get-Content sbx:/tmp/wide | Should -BeExactly 'äb'
        Set-Content sbx:/tmp/latin ä -Encoding latin1 -NoNewline
        Get-Content sbx:/tmp/latin -AsByteStream | Should -Be 228
        Get-Content sbx:/tmp/latin -Encoding latin1 | Should -BeExactly 'ä'
    }

    It 'may be empty' {
        Set-Content sbx:/tmp/empty @()
        (Get-Item sbx:/tmp/empty).Size | Should -Be 0
        Get-Content sbx:/tmp/empty | Should -BeNullOrEmpty
        Get-Content sbx:/tmp/empty -Raw | Should -BeNullOrEmpty
    }

    It 'streams' {
        1..50000 | Set-Content sbx:/tmp/many
        Invoke-E2BCommand $sandbox 'wc -l < /tmp/many; tail -1 /tmp/many' | Should -BeExactly '50000', '50000'
        (Get-Content sbx:/tmp/many | Measure-Object -Sum).Sum | Should -Be 1250025000
        Get-Content sbx:/tmp/many | Select-Object -First 2 | Should -Be 1, 2
        Get-Content sbx:/tmp/many | Where-Object { $_ % 2 } | Set-Content sbx:/tmp/odd-numbers
        Invoke-E2BCommand $sandbox 'wc -l < /tmp/odd-numbers' | Should -Be 25000
    }

    It 'that cannot be written is an error' {
        { Set-Content sbx:/tmp/nope-dir/../../etc x -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Add-Content sbx:/etc x -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Set-Content sbx:/etc/passwd/x x -ErrorAction Stop } | Should -Throw
        { Get-Content sbx:/etc -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'fills the disk with an error, at the end or before' {
        $small = New-E2BSandbox
        $null = New-PSDrive -Name small -PSProvider E2B -Root $small.SandboxId
        try {
            Complete-Disk $small
            { Set-Content small:/tmp/more ('x' * 16MB) -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSpace,*'
            { 'x' * 16MB | Set-Content small:/tmp/more -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoSpace,*'
        }
        finally {
            Remove-PSDrive small
            Remove-E2BSandbox $small
        }
    }
}

Describe 'Changes' {
    BeforeEach { $null = New-Item sbx:/tmp/change -ItemType Directory -Force; Remove-Item sbx:/tmp/change/* -Recurse -Force }

    It 'make files, directories and links' {
        (New-Item sbx:/tmp/change/file -Value 'text').Size | Should -Be 4
        (New-Item sbx:/tmp/change/a/b/c -ItemType Directory).FullName | Should -Be '/tmp/change/a/b/c'
        $link = New-Item sbx:/tmp/change/link -ItemType SymbolicLink -Value sbx:/tmp/change/a
        $link.SymlinkTarget | Should -Be '/tmp/change/a'
        $null = New-Item sbx:/tmp/change/relative -ItemType SymbolicLink -Value a/b
        Invoke-E2BCommand $sandbox 'readlink /tmp/change/link /tmp/change/relative' | Should -Be '/tmp/change/a', 'a/b'
        { New-Item sbx:/tmp/change/file -ErrorAction Stop } | Should -Throw -ErrorId 'ItemExistsAlready,*'
        { New-Item sbx:/tmp/change/a -ItemType Directory -ErrorAction Stop } | Should -Throw -ErrorId 'ItemExistsAlready,*'
        { New-Item sbx:/tmp/change/no/file -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
        (New-Item sbx:/tmp/change/a -ItemType Directory -Force).PSIsContainer | Should -BeTrue
        (New-Item sbx:/tmp/change/file -Force -Value '').Size | Should -Be 0
        (New-Item sbx:/tmp/change/no/file -Force).FullName | Should -Be '/tmp/change/no/file'
        { New-Item sbx:/tmp/change/pipe -ItemType Pipe -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'copy files' {
        Set-Content sbx:/tmp/change/one 1
        Invoke-E2BCommand $sandbox 'chmod 751 /tmp/change/one; touch -d 2020-02-02 /tmp/change/one; mkdir /tmp/change/dir'
        Copy-Item sbx:/tmp/change/one sbx:/tmp/change/two
        Copy-Item sbx:/tmp/change/one sbx:/tmp/change/dir
        $copies = Get-Item sbx:/tmp/change/two, sbx:/tmp/change/dir/one
        $copies.Mode | Should -Be (@([Convert]::ToInt32('751', 8)) * 2)
        $copies.ModifiedTime.Year | Should -Be 2020, 2020
        (Copy-Item sbx:/tmp/change/one sbx:/tmp/change/three -PassThru).FullName | Should -Be '/tmp/change/three'
        { Copy-Item sbx:/tmp/change/one sbx:/tmp/change/one -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Copy-Item sbx:/tmp/change/one sbx:/etc/one -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCommandFailed,*' -ExpectedMessage '*Permission denied*'
    }

    It 'copy trees with -Recurse, and only the directory without' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/change/from/deep/empty; echo x > /tmp/change/from/deep/x; ln -s x /tmp/change/from/deep/l'
        Copy-Item sbx:/tmp/change/from sbx:/tmp/change/to -Recurse
        Invoke-E2BCommand $sandbox 'cd /tmp/change/to && find . | sort && readlink deep/l' | Should -Be '.', './deep', './deep/empty', './deep/l', './deep/x', 'x'
        Copy-Item sbx:/tmp/change/from sbx:/tmp/change/to -Recurse
        Test-Path sbx:/tmp/change/to/from/deep/x | Should -BeTrue
        Copy-Item sbx:/tmp/change/from sbx:/tmp/change/shallow
        Get-ChildItem sbx:/tmp/change/shallow | Should -BeNullOrEmpty
    }

    It 'are not made across providers; PowerShell says so' {
        Set-Content sbx:/tmp/change/one 1
        { Copy-Item sbx:/tmp/change/one $TestDrive -ErrorAction Stop } | Should -Throw -ErrorId 'CopyItemSourceAndDestinationNotSameProvider,*'
    }

    It 'are not made between sandboxes' {
        $other = New-E2BSandbox
        $null = New-PSDrive -Name other -PSProvider E2B -Root $other.SandboxId
        try {
            Set-Content sbx:/tmp/change/one 1
            { Copy-Item sbx:/tmp/change/one other:/tmp -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*' -ExpectedMessage '*Copy-E2BItem*'
            { Move-Item sbx:/tmp/change/one other:/tmp -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        }
        finally {
            Remove-PSDrive other
            Remove-E2BSandbox $other
        }
    }

    It 'move and rename' {
        Set-Content sbx:/tmp/change/one 1
        Set-Content sbx:/tmp/change/other 2
        Rename-Item sbx:/tmp/change/one two
        Get-Content sbx:/tmp/change/two | Should -Be 1
        Test-Path sbx:/tmp/change/one | Should -BeFalse
        $null = New-Item sbx:/tmp/change/dir -ItemType Directory
        Move-Item sbx:/tmp/change/two sbx:/tmp/change/dir
        Get-Content sbx:/tmp/change/dir/two | Should -Be 1
        Move-Item sbx:/tmp/change/dir/two sbx:/tmp/change/three
        { Move-Item sbx:/tmp/change/three sbx:/tmp/change/other -ErrorAction Stop } | Should -Throw -ErrorId 'ItemExistsAlready,*'
        Get-Content sbx:/tmp/change/other | Should -Be 2
        Move-Item sbx:/tmp/change/three sbx:/tmp/change/other -Force
        Get-Content sbx:/tmp/change/other | Should -Be 1
        { Rename-Item sbx:/tmp/change/other dir/x -ErrorAction Stop } | Should -Throw
        { Rename-Item sbx:/tmp/change/other dir -ErrorAction Stop } | Should -Throw -ErrorId 'ItemExistsAlready,*'
        { Move-Item sbx:/tmp/change/nope sbx:/tmp/change/x -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'remove' {
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/change/dir/sub /tmp/change/target; touch /tmp/change/dir/sub/x /tmp/change/target/kept /tmp/change/.dot; ln -s target /tmp/change/link'
        Remove-Item sbx:/tmp/change/dir -Recurse
        Test-Path sbx:/tmp/change/dir | Should -BeFalse
        Remove-Item sbx:/tmp/change/link -Recurse
        Test-Path sbx:/tmp/change/link | Should -BeFalse
        Test-Path sbx:/tmp/change/target/kept | Should -BeTrue
        Set-Content sbx:/tmp/change/t1, sbx:/tmp/change/u1 x
        Remove-Item sbx:/tmp/change/* -Include t* -Recurse
        Get-ChildItem sbx:/tmp/change -Name | Should -Be 'target', 'u1'
        Remove-Item sbx:/tmp/change/* -Exclude u* -Recurse
        Get-ChildItem sbx:/tmp/change -Force -Name | Should -Be '.dot', 'u1'
        { Remove-Item sbx:/ -Recurse -ErrorAction Stop } | Should -Throw
        Test-Path sbx:/etc | Should -BeTrue
    }

    It 'reach what is piped from a listing, and nothing on this machine' {
        $local = New-Item "$TestDrive/piped" -ItemType Directory
        Set-Content "$local/file" local
        Invoke-E2BCommand $sandbox "mkdir -p '$local'; echo remote > '$local/file'"
        Get-ChildItem "sbx:$local" | Get-Content | Should -Be 'remote'
        Get-ChildItem "sbx:$local" | Copy-Item -Destination sbx:/tmp/change
        Get-Content sbx:/tmp/change/file | Should -Be 'remote'
        Get-ChildItem "sbx:$local" | Rename-Item -NewName renamed
        Get-ChildItem "sbx:$local" | Remove-Item
        Get-ChildItem "sbx:$local" | Should -BeNullOrEmpty
        Get-Content "$local/file" | Should -Be 'local'
    }

    It 'do nothing with -WhatIf' {
        Set-Content sbx:/tmp/change/one 1
        Set-Content sbx:/tmp/change/one 2 -WhatIf
        Add-Content sbx:/tmp/change/one 2 -WhatIf
        Clear-Content sbx:/tmp/change/one -WhatIf
        Copy-Item sbx:/tmp/change/one sbx:/tmp/change/two -WhatIf
        Move-Item sbx:/tmp/change/one sbx:/tmp/change/two -WhatIf
        Rename-Item sbx:/tmp/change/one two -WhatIf
        New-Item sbx:/tmp/change/two -WhatIf
        Remove-Item sbx:/tmp/change/one -WhatIf
        Remove-Item sbx:/tmp/change -Recurse -WhatIf
        Get-ChildItem sbx:/tmp/change -Name | Should -Be 'one'
        Get-Content sbx:/tmp/change/one | Should -Be 1
    }

    It 'are done by cmdlets of the module, too' {
        Set-Content sbx:/tmp/change/one 'through the drive'
        Get-Item sbx:/tmp/change/one | Get-E2BFile | Should -Be 'through the drive'
        (Get-ChildItem sbx:/tmp/change | Get-E2BItem).Path | Should -Be '/tmp/change/one'
        Get-ChildItem sbx:/tmp/change | Remove-E2BItem
        Test-Path sbx:/tmp/change/one | Should -BeFalse
        Get-PSDrive sbx | Invoke-E2BCommand 'echo by the drive' | Should -Be 'by the drive'
    }
}

Describe 'Requests' {
    BeforeAll {
        $proxy = [CountingProxy]::new(([uri]$env:E2B_SANDBOX_URL).Port)
        $connection = & {
            Connect-E2B -ApiKey $env:E2B_API_KEY -ApiUrl $env:E2B_API_URL -SandboxUrl $proxy.Url
            Get-E2BConnection
            Disconnect-E2B
        }
        $null = New-PSDrive -Name counted -PSProvider E2B -Root $sandbox.SandboxId -Connection $connection
        Invoke-E2BCommand $sandbox 'mkdir -p /tmp/count/a/b/c; touch /tmp/count/a/b/c/d /tmp/count/x'
    }
    AfterAll {
        Remove-PSDrive counted
        $proxy.Dispose()
    }

    It 'are at most <count> for <script>' -ForEach @(
        @{ Count = 1; Script = { Get-Item counted:/tmp/count/x } }
        @{ Count = 1; Script = { Get-Item counted:/tmp/count/a } }
        @{ Count = 1; Script = { Test-Path counted:/tmp/count/a/b -PathType Container } }
        @{ Count = 1; Script = { Set-Location counted:/tmp/count; Set-Location $home0 } }
        @{ Count = 2; Script = { Get-ChildItem counted:/tmp/count } }
        @{ Count = 2; Script = { Get-Content counted:/tmp/count/x } }
        @{ Count = 2; Script = { Get-Item counted:/tmp/count/* } }
        @{ Count = 4; Script = { Get-ChildItem counted:/tmp/count -Recurse } }
        @{ Count = 6; Script = { Get-ChildItem counted:/tmp/count -Recurse -Include d } }
    ) {
        $requests = @(Get-Request $Script)
        $requests.Count | Should -BeGreaterThan 0
        $requests.Count | Should -BeLessOrEqual $Count -Because "$requests"
    }

    It 'ask anew in the next command' {
        Test-Path counted:/tmp/count/later | Should -BeFalse
        Invoke-E2BCommand $sandbox 'touch /tmp/count/later'
        Test-Path counted:/tmp/count/later | Should -BeTrue
        (Get-ChildItem counted:/tmp/count).Name | Should -Contain 'later'
        Invoke-E2BCommand $sandbox 'rm /tmp/count/later'
        (Get-ChildItem counted:/tmp/count).Name | Should -Not -Contain 'later'
        Resolve-Path counted:/tmp/count/later -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'are given up by Ctrl+C: <command>' -ForEach @(
        @{ Command = 'Get-Item counted:/tmp/count/x' }
        @{ Command = 'Get-ChildItem counted:/tmp -Recurse' }
        @{ Command = 'Get-Content counted:/tmp/count/x' }
        @{ Command = 'Set-Content counted:/tmp/count/y 1' }
        @{ Command = 'Copy-Item counted:/tmp/count/x counted:/tmp/count/z' }
    ) {
        $pipeline = [PowerShell]::Create()
        try {
            $begin = 'param($module, $connection, $id) Import-Module $module; New-PSDrive counted E2B $id -Connection $connection -Scope Global'
            $null = $pipeline.AddScript($begin).AddArgument($module).AddArgument($connection).AddArgument($sandbox.SandboxId).Invoke()
            $pipeline.Commands.Clear()
            $proxy.Clear()
            $proxy.Holds = $true
            $running = $pipeline.AddScript($Command).BeginInvoke()
            Wait-Until { $proxy.Requests.Count -gt 0 }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
            $pipeline.InvocationStateInfo.State | Should -Be 'Stopped'
            $running.IsCompleted | Should -BeTrue
        }
        finally {
            $proxy.Holds = $false
            $pipeline.Runspace.Dispose()
            $pipeline.Dispose()
        }
    }
}

Describe 'A drive whose sandbox has ended' {
    BeforeAll {
        $gone = New-E2BSandbox
        $null = New-PSDrive -Name gone -PSProvider E2B -Root $gone.SandboxId
        Remove-E2BSandbox $gone
    }

    It 'says so: <_>' -ForEach @(
        'Get-Item gone:/etc', 'Get-ChildItem gone:/', 'Get-ChildItem gone:/ -Recurse', 'Set-Location gone:/', 'Get-Content gone:/etc/passwd',
        'Set-Content gone:/tmp/x 1', 'Add-Content gone:/tmp/x 1', 'New-Item gone:/tmp/x', 'Remove-Item gone:/tmp/x', 'Copy-Item gone:/tmp/x gone:/tmp/y', 'Test-Path gone:/etc'
    ) {
        $command = [scriptblock]::Create("$_ -ErrorAction Stop")
        { . $command } | Should -Throw -ErrorId 'E2BSandboxEnded,*'
    }

    It 'leaves the location alone, and is removed like any other' {
        $PWD.Path | Should -Be $home0.Path
        Remove-PSDrive gone
        Get-PSDrive gone -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}

Describe 'The provider' {
    It 'comes with the module, and goes with it and its drives' {
        Invoke-Fresh @"
            Import-Module '$module'
            (Get-PSProvider E2B).Name
            `$null = New-PSDrive sbx E2B '$($sandbox.SandboxId)'
            Set-Location sbx:/etc; (Get-Item passwd).FullName; Set-Location /
            Remove-Module E2B
            @(Get-PSProvider | Where-Object Name -eq E2B).Count
            @(Get-PSDrive | Where-Object Name -eq sbx).Count
            Import-Module '$module'
            (Get-PSProvider E2B).Drives.Count
"@ | Should -Be 'E2B', '/etc/passwd', '0', '0', '0'
    }

    It 'is reached by its name, without a drive' {
        Get-Content "E2B::$($sandbox.SandboxId):/etc/hostname" | Should -Be (Get-E2BFile $sandbox /etc/hostname)
        Invoke-Fresh "Import-Module '$module'; Set-Location E2B::$($sandbox.SandboxId):/etc; (Get-Item passwd).FullName; (Get-Item ../etc/passwd).FullName" |
            Should -Be '/etc/passwd', '/etc/passwd'
        { Get-Item E2B::i0000000000000000000:/etc -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
    }
}

Describe 'about_E2B_Provider' {
    It 'is found by Get-Help, and fits 80 columns' {
        Get-Help about_E2B_Provider | Out-String | Should -Match 'BETWEEN THIS MACHINE AND A SANDBOX'
        [IO.File]::ReadAllLines("$PSScriptRoot/../../docs/about/about_E2B_Provider.help.txt") | Where-Object Length -gt 79 | Should -BeNullOrEmpty
    }

    It 'begins with lines that run' {
        $text = [IO.File]::ReadAllText("$PSScriptRoot/../../docs/about/about_E2B_Provider.help.txt")
        $lines = [regex]::Match($text, '(?ms)^        \$sandbox = New-E2BSandbox$.*?Remove-PSDrive sbx$').Value -split "`n" -replace '^ {8}'
        $lines.Count | Should -BeGreaterThan 5
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$module'; $($lines -join '; '); Remove-E2BSandbox `$sandbox")
            $shell.Invoke() | Select-Object -Last 1 | Should -Be 'written in the sandbox'
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }
}

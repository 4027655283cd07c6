BeforeAll {
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $saved = @{}
    Get-ChildItem Env:E2B_* | ForEach-Object { $saved[$_.Name] = $_.Value }
    function Restore-Environment {
        Get-ChildItem Env:E2B_* | Remove-Item
        foreach ($name in $saved.Keys) { Set-Item "Env:$name" $saved[$name] }
    }
    $key = 'e2b_' + 'a1' * 20
}

Describe 'Which connection is used' {
    AfterEach {
        Disconnect-E2B
        Restore-Environment
    }

    It 'is the one of the environment' {
        $connection = Get-E2BConnection
        $connection | Should -BeOfType ([E2B.E2BConnection])
        "$($connection.ApiUrl)" | Should -Be ([uri]$saved.E2B_API_URL)
        $connection.HasApiKey | Should -BeTrue
    }

    It 'follows the environment' {
        $env:E2B_API_URL = ''
        $env:E2B_SANDBOX_URL = ''
        $env:E2B_DOMAIN = 'example.org'
        (Get-E2BConnection).ApiUrl | Should -Be 'https://api.example.org/'
        $env:E2B_DOMAIN = ''
        (Get-E2BConnection).ApiUrl | Should -Be 'https://api.e2b.app/'
    }

    It 'is what Connect-E2B chose, until Disconnect-E2B' {
        Connect-E2B $key -Domain example.org -ApiUrl https://one.example.org -SandboxUrl https://two.example.org -RequestTimeoutSec 5
        $connection = Get-E2BConnection
        $connection.ApiUrl | Should -Be 'https://one.example.org/'
        $connection.SandboxUrl | Should -Be 'https://two.example.org/'
        $connection.RequestTimeout | Should -Be ([timespan]'0:0:5')
        Disconnect-E2B
        (Get-E2BConnection).ApiUrl | Should -Be ([uri]$saved.E2B_API_URL)
    }

    It 'is what a cmdlet is given' {
        $good = Connect-E2B -ApiKey $saved.E2B_API_KEY -PassThru
        Connect-E2B -ApiKey $key
        { New-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
        $sandbox = New-E2BSandbox -Connection $good
        # The object carries it.
        Invoke-E2BCommand $sandbox 'echo carried' | Should -Be 'carried'
        Get-E2BSandbox -Connection $good | Remove-E2BSandbox
    }

    It 'has debug mode, in which an id is taken as it is and what is none is an error' {
        Connect-E2B -DebugMode -SandboxUrl http://127.0.0.1:1
        Invoke-E2BCommand any-id 'true' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'E2BUnreachable,*'
        Invoke-E2BCommand 42 'true' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'E2BInvalidArgument,*'
        Connect-E2B -DebugMode
        (Get-E2BConnection).Debug | Should -BeTrue
    }

    It 'takes the key that the CLI left behind, for the CLI''s own service alone' {
        $env:E2B_API_KEY = ''
        $env:E2B_API_URL = ''
        $env:E2B_SANDBOX_URL = ''
        $file = Join-Path $env:HOME '.e2b/config.json'
        $null = New-Item -ItemType Directory (Split-Path $file) -Force
        foreach ($content in @{ version = 2; projectApiKey = $saved.E2B_API_KEY }, @{ teamApiKey = $saved.E2B_API_KEY }) {
            $content | ConvertTo-Json | Set-Content $file
            if (-not $IsWindows) { chmod 600 $file }
            Disconnect-E2B
            (Get-E2BConnection).HasApiKey | Should -BeTrue
        }
        Connect-E2B -Domain example.org
        (Get-E2BConnection).HasApiKey | Should -BeFalse
        Connect-E2B -ApiUrl http://127.0.0.1:1
        (Get-E2BConnection).HasApiKey | Should -BeFalse
        Connect-E2B -AccessToken token
        (Get-E2BConnection).HasApiKey | Should -BeFalse
        Set-Content $file '{ not json'
        Disconnect-E2B
        (Get-E2BConnection).HasApiKey | Should -BeFalse
        Remove-Item $file
    }

    It 'belongs to the runspace' {
        Connect-E2B $key -Domain example.org
        $domain = 1 | ForEach-Object -Parallel { Import-Module $using:module; (Get-E2BConnection).Domain }
        $domain | Should -Be 'e2b.app'
    }
}

Describe 'Keys' {
    AfterEach {
        Disconnect-E2B
        Restore-Environment
    }

    It 'come as SecureString and as text' {
        $secure = [Net.NetworkCredential]::new('', $key).SecurePassword
        (Connect-E2B -ApiKey $secure -PassThru).HasApiKey | Should -BeTrue
        (Connect-E2B -ApiKey $key -PassThru).HasApiKey | Should -BeTrue
    }

    It 'are shown nowhere' {
        Connect-E2B $key -ApiUrl http://127.0.0.1:1
        $connection = Get-E2BConnection
        $all = @(
            $connection | Format-List * | Out-String
            $connection | ConvertTo-Json -Depth 3 -WarningAction SilentlyContinue
            "$connection"
            try { New-E2BSandbox -ErrorAction Stop -Verbose -Debug } catch { $_ | Format-List * -Force | Out-String; "$($_.Exception)" }
        ) -join "`n"
        $all | Should -Not -BeLike "*$($key.Substring(4))*"
    }

    It 'are not in what describes the local server' {
        $stored = (Get-Content (Join-Path (Get-E2BLocalServer).DataDirectory 'api-key') -Raw).Trim()
        $all = (Get-E2BLocalServer | Format-List * | Out-String) + (Get-E2BLocalServer | ConvertTo-Json -Depth 4)
        $all | Should -Not -BeLike "*$($stored.Substring(4))*"
    }

    It 'that are empty are refused, as a vault that does not find one gives them' {
        { Connect-E2B '' } | Should -Throw -ErrorId 'E2BEmptySecret,*'
        { Connect-E2B -ApiKey $null } | Should -Throw -ErrorId 'E2BEmptySecret,*'
        { Connect-E2B -AccessToken '' } | Should -Throw -ErrorId 'E2BEmptySecret,*'
    }

    It 'that are malformed are refused before anything is sent' {
        { Connect-E2B 'not-a-key' } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
        { Connect-E2B 'not-a-key' } | Should -Throw '*e2b_*'
        $(try { Connect-E2B 'not-a-key' } catch { "$_" }) | Should -Not -BeLike '*not-a-key*'
        $env:E2B_API_KEY = 'e2b_XYZ'
        { Get-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
    }

    It 'that are missing are an error that says what to do' {
        $env:E2B_API_KEY = ''
        { New-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
        { New-E2BSandbox -ErrorAction Stop } | Should -Throw '*E2B_API_KEY*'
    }

    It 'that are wrong are refused by the service' {
        Connect-E2B $key
        { Get-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
    }
}

Describe 'A service that does not answer' {
    AfterEach {
        Disconnect-E2B
        Restore-Environment
    }

    It 'is an error of its own when nothing listens there' {
        Connect-E2B $key -ApiUrl http://127.0.0.1:1
        { New-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUnreachable,*'
        { New-E2BSandbox -ErrorAction Stop } | Should -Throw '*127.0.0.1:1*'
    }

    It 'is an error of its own when the host has no address' {
        Connect-E2B $key -ApiUrl http://no-such-host.invalid
        { New-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUnreachable,*'
    }

    It 'is an error of its own when it takes too long' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            Connect-E2B $key -ApiUrl "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
            { New-E2BSandbox -RequestTimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BRequestTimeout,*'
        }
        finally { $listener.Stop() }
    }

    It 'is an error of its own when it is no E2B at all' {
        $listener = [Net.HttpListener]::new()
        $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0); $probe.Start(); $port = $probe.LocalEndpoint.Port; $probe.Stop()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $answer = $listener.BeginGetContext($null, $null)
        try {
            $job = Start-ThreadJob {
                $context = ($using:listener).EndGetContext($using:answer)
                $bytes = [Text.Encoding]::UTF8.GetBytes('<html>hello</html>')
                $context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
                $context.Response.Close()
            }
            Connect-E2B $key -ApiUrl "http://127.0.0.1:$port"
            { Get-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'E2BProtocolError,*'
            $null = $job | Wait-Job
        }
        finally { $listener.Stop(); Remove-Job $job -Force }
    }
}

Describe 'Wrong arguments' {
    BeforeAll { $sandbox = New-E2BSandbox }
    AfterAll { Restore-Environment; Remove-E2BSandbox $sandbox }

    It 'a Windows path' {
        { Get-E2BFile $sandbox 'C:\temp\x' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        { 'x' | Set-E2BFile $sandbox 'dir\x' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
        { Invoke-E2BCommand $sandbox 'true' -WorkingDirectory 'C:\' } | Should -Throw -ErrorId 'E2BWindowsPath,*'
    }

    It 'an empty command' {
        { Invoke-E2BCommand $sandbox '' } | Should -Throw -ErrorId 'E2BNoCommand,*'
        { Invoke-E2BCommand $sandbox '   ' } | Should -Throw -ErrorId 'E2BNoCommand,*'
    }

    It 'a user that is not there' {
        { Invoke-E2BCommand $sandbox 'true' -User nobody-of-that-name -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUserNotFound,*'
        { Get-E2BFile $sandbox /etc/hostname -User nobody-of-that-name -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUserNotFound,*'
    }

    It 'a directory that is not there' {
        { Invoke-E2BCommand $sandbox 'true' -WorkingDirectory /no/such/directory -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'a negative time limit' {
        { Invoke-E2BCommand $sandbox 'true' -TimeoutSec -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'a sandbox that is none' {
        { 42 | Get-E2BFile '/x' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotASandbox,*'
        { Invoke-E2BCommand 42 'true' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'nothing is left running by any of them' {
        # The agent is process 1; what runs this look has the parent 1 or is its child.
        Get-E2BProcess $sandbox | Should -BeNullOrEmpty
        Invoke-E2BCommand $sandbox 'ps -e -o pid=,ppid=,args= | grep -v -e "^ *1 " -e "ps -e" -e "grep -v"' -SuccessExitCode 0, 1 | Should -BeNullOrEmpty
    }
}

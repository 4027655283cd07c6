# Stored accounts: profiles, what the CLI left, vaults. HOME is a folder of the test's own: run.ps1 made one, and here is another in it.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $savedHome = $env:HOME
    $saved = @{}
    Get-ChildItem Env:E2B_* | ForEach-Object { $saved[$_.Name] = $_.Value }
    $one = 'e2b_' + '1a' * 20
    $two = 'e2b_' + '2b' * 20
    $token = 'account-token-5e7f00d5'

    # The value and source of one setting.
    function Get-Setting([string] $Name, $Connection = (Get-E2BConnection)) {
        $setting = $Connection.Settings | Where-Object Name -eq $Name
        "$($setting.Value) ($($setting.Source))"
    }

    # What a profile holds in the file.
    function Read-Profile([string] $Name) { (Get-Content $file -Raw | ConvertFrom-Json).profiles.$Name }

    function Write-CliFile($Content) {
        $null = New-Item -ItemType Directory (Split-Path $cli) -Force
        $Content | ConvertTo-Json -Depth 5 | Set-Content $cli
        if (-not $IsWindows) { chmod 600 $cli }
    }
}

Describe 'Stored accounts' {
    BeforeEach {
        Get-ChildItem Env:E2B_* | Remove-Item
        $env:HOME = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('n')))
        $file = Join-Path $env:HOME '.e2b/powershell.json'
        $cli = Join-Path $env:HOME '.e2b/config.json'
        Disconnect-E2B
    }

    AfterAll {
        $env:HOME = $savedHome
        foreach ($name in $saved.Keys) { Set-Item "Env:$name" $saved[$name] }
        Disconnect-E2B
    }

    Context 'Saving' {
        It 'makes folder and file for their owner alone' -Skip:$IsWindows {
            Connect-E2B $one -Save -ProfileName work
            (Get-Item (Split-Path $file) -Force).UnixFileMode | Should -Be 'UserExecute, UserWrite, UserRead'
            (Get-Item $file).UnixFileMode | Should -Be 'UserWrite, UserRead'
        }

        It 'leaves a folder that is there as it is' -Skip:$IsWindows {
            $folder = New-Item -ItemType Directory (Split-Path $file)
            chmod 755 $folder
            Connect-E2B $one -Save
            "$((Get-Item $folder -Force).UnixFileMode)" | Should -BeLike '*OtherRead*'
        }

        It 'keeps all that was said' {
            Connect-E2B $one -AccessToken $token -Domain example.org -ApiUrl https://api.one.example.org -SandboxUrl https://two.example.org -Proxy http://proxy.example.org:3128 -RequestTimeoutSec 7 -Save -ProfileName work
            Disconnect-E2B
            $connection = Connect-E2B -ProfileName work -PassThru
            "$($connection.ApiUrl) $($connection.SandboxUrl) $($connection.Domain) $($connection.RequestTimeout.TotalSeconds)" |
                Should -Be 'https://api.one.example.org/ https://two.example.org/ example.org 7'
            $connection.HasApiKey, $connection.HasAccessToken | Should -Be @($true, $true)
            $connection.Profile | Should -Be 'work'
            Get-Setting Proxy | Should -Be "http://proxy.example.org:3128 (profile 'work')"
        }

        It 'keeps what the environment says where the parameters do not' {
            $env:E2B_API_KEY = $one
            $env:E2B_API_URL = 'http://127.0.0.1:9'
            Connect-E2B -Save -ProfileName here
            Remove-Item Env:E2B_API_KEY, Env:E2B_API_URL
            (Read-Profile here).apiKey | Should -Be $one
            (Get-E2BConnection -ProfileName here).ApiUrl | Should -Be 'http://127.0.0.1:9/'
        }

        It 'changes of a profile only what is said' {
            Connect-E2B $one -Domain example.org -Save -ProfileName work
            Connect-E2B -ProfileName WORK -RequestTimeoutSec 3 -Save
            (Read-Profile work).apiKey | Should -Be $one
            (Read-Profile work).domain | Should -Be 'example.org'
            (Read-Profile work).requestTimeoutSec | Should -Be 3
            (Get-E2BConnection -ProfileName *).Profile | Should -Be 'work'
        }

        It 'keeps what it does not know, in the file and in the profile' {
            $null = New-Item -ItemType Directory (Split-Path $file)
            '{"version":1,"colour":"blue","profiles":{"work":{"apiKey":"e2b_00","nextYear":{"a":[1]}},"other":{"apiKey":"e2b_01"}}}' | Set-Content $file
            Connect-E2B $one -ProfileName work -Save
            $all = Get-Content $file -Raw | ConvertFrom-Json
            $all.colour | Should -Be 'blue'
            $all.profiles.work.nextYear.a | Should -Be 1
            $all.profiles.work.apiKey | Should -Be $one
            $all.profiles.other.apiKey | Should -Be 'e2b_01'
        }

        It 'follows a link to the file' -Skip:$IsWindows {
            $null = New-Item -ItemType Directory (Split-Path $file)
            $real = Join-Path $env:HOME 'real.json'
            '{}' | Set-Content $real
            $null = New-Item -ItemType SymbolicLink -Path $file -Target $real
            Connect-E2B $one -Save
            (Get-Item $file).LinkType | Should -Be 'SymbolicLink'
            (Get-Content $real -Raw | ConvertFrom-Json).profiles.default.apiKey | Should -Be $one
        }

        It 'does nothing with -WhatIf' {
            Connect-E2B $one -Save -WhatIf
            $file | Should -Not -Exist
            (Get-E2BConnection).HasApiKey | Should -BeFalse
        }

        It 'stores nothing that is malformed' {
            { Connect-E2B 'no-key' -Save } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
            $file | Should -Not -Exist
        }

        It 'of several processes and runspaces at once loses nothing, and leaves no draft' {
            $names = 1..4 | ForEach-Object { $writer = $_; 1..8 | ForEach-Object { "p$writer-$_" } }
            $write = {
                param($writer, $module)
                Import-Module $module
                1..8 | ForEach-Object { Connect-E2B ('e2b_{0:x4}' -f ($writer * 256 + $_)) -Save -ProfileName "p$writer-$_" }
            }
            $jobs = @(1..2 | ForEach-Object { Start-Job $write -ArgumentList $_, $module }) + @(3..4 | ForEach-Object { Start-ThreadJob $write -ArgumentList $_, $module })
            $jobs | Wait-Job | Receive-Job -ErrorVariable problem
            $jobs | Remove-Job
            $problem | Should -BeNullOrEmpty
            (Get-E2BConnection -ProfileName *).Profile | Sort-Object | Should -Be ($names | Sort-Object)
            (Read-Profile p2-8).apiKey | Should -Be 'e2b_0208'
            Get-ChildItem (Split-Path $file) -Force -Name | Sort-Object | Should -Be @('powershell.json', 'powershell.json.lock')
        }
    }

    Context 'A file that is broken' {
        It 'is an error that names it, whatever is asked of it, and is left as it is: <_>' -ForEach @(
            '{ not json', '[]', '{"profiles":[]}', '{"profiles":{"default":7}}', '{"profiles":{"default":{"apiKey":5}}}',
            '{"profiles":{"default":{"apiUrl":"nowhere"}}}', '{"profiles":{"default":{"apiKey":"a","apiKey":"b"}}}', '{"profiles":{},"profiles":{}}'
        ) {
            $null = New-Item -ItemType Directory (Split-Path $file)
            [IO.File]::WriteAllText($file, $_)
            foreach ($asked in { Get-E2BConnection }, { Get-E2BSandbox }, { Connect-E2B -ProfileName default }) {
                $asked | Should -Throw -ErrorId 'E2BProfileInvalid,*'
                $asked | Should -Throw "*$file*"
            }

            if ($_ -notlike '*default*') { { Connect-E2B $one -Save -ProfileName new } | Should -Throw -ErrorId 'E2BProfileInvalid,*' }
            [IO.File]::ReadAllText($file) | Should -BeExactly $_
        }

        It 'is not in the way of an environment that says it all' {
            $null = New-Item -ItemType Directory (Split-Path $file)
            '{ not json' | Set-Content $file
            $env:E2B_API_KEY = $one
            (Get-E2BConnection).HasApiKey | Should -BeTrue
        }

        It 'does not have its content in the error' {
            $null = New-Item -ItemType Directory (Split-Path $file)
            [IO.File]::WriteAllText($file, "{`"profiles`":{`"default`":{`"apiKey`":tru$two}}}")
            $text = try { Get-E2BConnection } catch { $_ | Format-List * -Force | Out-String; "$($_.Exception)"; "$($_.Exception.InnerException)" }
            $text | Should -Not -BeNullOrEmpty
            "$text" | Should -Not -BeLike "*$($two.Substring(4, 12))*"
        }
    }

    Context 'Files that others can read' {
        It 'are warned about, with what to do' -Skip:$IsWindows {
            Connect-E2B $one -Save
            Disconnect-E2B
            chmod 644 $file
            $null = Get-E2BConnection -WarningVariable warning -WarningAction SilentlyContinue
            $warning | Should -BeLike "*chmod 600*powershell.json*"
            $null = Connect-E2B -ProfileName default -WarningVariable warning -WarningAction SilentlyContinue
            @($warning).Count | Should -Be 1
            (Test-E2BConnection default -RequestTimeoutSec 1 | Where-Object Name -eq Files).Status | Should -Be 'Warning'
        }

        It 'are put right by saving' -Skip:$IsWindows {
            Connect-E2B $one -Save
            chmod 666 $file
            Connect-E2B $two -Save -WarningVariable warning
            $warning | Should -BeNullOrEmpty
            (Get-Item $file).UnixFileMode | Should -Be 'UserWrite, UserRead'
        }
    }

    Context 'Which account' {
        It 'is the parameter before the session before the environment before the profile before the CLI' {
            Write-CliFile @{ version = 2; projectName = 'Cli'; projectId = 'id-1'; projectApiKey = $one }
            Get-Setting ApiKey | Should -Be "set ($cli)"
            Get-Setting Project | Should -Be "Cli ($cli)"

            Connect-E2B $two -Save
            Disconnect-E2B
            Get-Setting ApiKey | Should -Be "set (profile 'default')"

            $env:E2B_API_KEY = $two
            Get-Setting ApiKey | Should -Be 'set (E2B_API_KEY)'

            Connect-E2B $one
            Get-Setting ApiKey | Should -Be 'set (Connect-E2B)'
            Disconnect-E2B
            Get-Setting ApiKey | Should -Be 'set (E2B_API_KEY)'
        }

        It 'follows the file' {
            (Get-E2BConnection).HasApiKey | Should -BeFalse
            Connect-E2B $one -Domain example.org -Save
            Disconnect-E2B
            (Get-E2BConnection).Domain | Should -Be 'example.org'
            Disconnect-E2B -Remove
            (Get-E2BConnection).HasApiKey | Should -BeFalse
        }

        It 'of a profile goes to no service that the environment names' {
            Connect-E2B $one -Save
            Connect-E2B $one -Save -ProfileName named
            Disconnect-E2B
            $env:E2B_API_URL = 'http://127.0.0.1:9'
            (Get-E2BConnection).HasApiKey | Should -BeFalse
            (Get-E2BConnection -ProfileName named).ApiUrl | Should -Be 'https://api.e2b.app/'
            Remove-Item Env:E2B_API_URL
            $env:E2B_DEBUG = 'true'
            (Get-E2BConnection).HasApiKey | Should -BeFalse
        }

        It 'of a profile that is named is not mixed with the environment''s' {
            Connect-E2B $one -Save -ProfileName named
            $env:E2B_ACCESS_TOKEN = $token
            $env:E2B_DOMAIN = 'example.org'
            $connection = Connect-E2B -ProfileName named -PassThru
            "$($connection.Domain) $($connection.HasAccessToken)" | Should -Be 'e2b.app False'
            (Connect-E2B -ProfileName named -Domain other.example.org -PassThru).ApiUrl | Should -Be 'https://api.other.example.org/'
        }

        It 'is used by cmdlets: a profile of the local server' {
            Connect-E2B $saved.E2B_API_KEY -ApiUrl $saved.E2B_API_URL -SandboxUrl $saved.E2B_SANDBOX_URL -Save
            Disconnect-E2B
            $sandbox = New-E2BSandbox
            try { Invoke-E2BCommand $sandbox 'echo stored' | Should -Be 'stored' }
            finally { Remove-E2BSandbox $sandbox }
            Get-E2BSandbox -Connection (Get-E2BConnection -ProfileName default) -ErrorVariable problem | Out-Null
            $problem | Should -BeNullOrEmpty
        }

        It 'without any tells what to do, the CLI''s sign-in included' {
            { New-E2BSandbox -ErrorAction Stop } | Should -Throw '*E2B_API_KEY*run e2b auth login*'
        }
    }

    Context 'Removing' {
        It 'takes the profile in use, or the one that is named' {
            Connect-E2B $one -Save -ProfileName a
            Connect-E2B $two -Save -ProfileName b
            Connect-E2B $two -Save -ProfileName c
            Disconnect-E2B -Remove
            (Get-E2BConnection -ProfileName *).Profile | Should -Be @('a', 'b')
            (Get-E2BConnection).Profile | Should -BeNullOrEmpty
            Connect-E2B -ProfileName a
            Disconnect-E2B -Remove -ProfileName b
            (Get-E2BConnection).Profile | Should -Be 'a' -Because 'it was another one that went'
            Get-Content $file -Raw | Should -Not -BeLike "*$two*"
        }

        It 'of nothing is an error by id' {
            Disconnect-E2B -Remove -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'E2BProfileNotFound,*'
            $file | Should -Not -Exist
            { Disconnect-E2B -ProfileName x } | Should -Throw -ErrorId 'E2BNoRemove,*'
        }

        It 'is kept from happening by -WhatIf' {
            Connect-E2B $one -Save
            Disconnect-E2B -Remove -WhatIf
            (Get-E2BConnection).Profile | Should -Be 'default'
        }
    }

    Context 'A profile that is not there' {
        It 'is an error that lists those that are' {
            Connect-E2B $one -Save -ProfileName work
            { Connect-E2B -ProfileName other } | Should -Throw -ErrorId 'E2BProfileNotFound,*'
            { Connect-E2B -ProfileName other } | Should -Throw '*work*'
            Get-E2BConnection -ProfileName other, work -ErrorVariable problem -ErrorAction SilentlyContinue | ForEach-Object Profile | Should -Be 'work'
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'E2BProfileNotFound,*'
        }
    }

    Context 'Projects' {
        It 'of each version of the CLI''s file: <Name>' -ForEach @(
            @{ Name = '2'; Content = @{ version = 2; identity = @{ email = 'a@b' }; tokens = @{ access_token = 't'; refresh_token = 'r' }; projectName = 'Research'; projectId = 'id-7' }; Key = 'projectApiKey' }
            @{ Name = '1'; Content = @{ version = 1; identity = @{ email = 'a@b' }; tokens = @{ access_token = 't'; refresh_token = 'r' }; teamName = 'Research'; teamId = 'id-7' }; Key = 'teamApiKey' }
            @{ Name = 'none'; Content = @{ email = 'a@b'; accessToken = 't'; teamName = 'Research'; teamId = 'id-7' }; Key = 'teamApiKey' }
        ) {
            Write-CliFile ($Content + @{ $Key = $one })
            $before = [IO.File]::ReadAllText($cli)
            foreach ($project in 'research', 'id-7') {
                Connect-E2B -Project $project
                Get-Setting Project | Should -Be "Research ($cli)"
                Get-Setting ApiKey | Should -Be "set ($cli)"
            }

            Connect-E2B -Project Research -Save -ProfileName research
            (Read-Profile research).apiKey | Should -Be $one
            (Read-Profile research).project | Should -Be 'Research'
            [IO.File]::ReadAllText($cli) | Should -BeExactly $before
        }

        It 'are a choice made on purpose: the environment''s key and service do not count' {
            Write-CliFile @{ version = 2; projectName = 'Research'; projectId = 'id-7'; projectApiKey = $one }
            $env:E2B_API_KEY = $two
            $env:E2B_API_URL = 'http://127.0.0.1:9'
            Connect-E2B -Project Research
            Get-Setting ApiKey | Should -Be "set ($cli)"
            (Get-E2BConnection).ApiUrl | Should -Be 'https://api.e2b.app/'
        }

        It 'without a sign-in tell whose work that is' {
            { Connect-E2B -Project Research } | Should -Throw -ErrorId 'E2BProjectNotFound,*'
            { Connect-E2B -Project Research } | Should -Throw '*run e2b auth login*'
            # A token that has ended, as the CLI's have it in their middle part.
            $claims = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('{"exp":1700000000}')).TrimEnd('=')
            Write-CliFile @{ version = 2; tokens = @{ access_token = "x.$claims.y" }; projectName = 'Research'; projectId = 'id-7'; projectApiKey = $one }
            { Connect-E2B -Project Other } | Should -Throw '*Research*run e2b auth login*e2b auth configure*'
        }

        Context 'of an account, by its access token' {
            BeforeAll {
                # Answers GET /teams for the right bearer token, and nothing else.
                $listener = [Net.HttpListener]::new()
                $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0); $probe.Start(); $port = $probe.LocalEndpoint.Port; $probe.Stop()
                $listener.Prefixes.Add("http://127.0.0.1:$port/")
                $listener.Start()
                $service = Start-ThreadJob {
                    while (($using:listener).IsListening) {
                        try { $context = ($using:listener).GetContext() } catch { return }
                        $good = $context.Request.RawUrl -eq '/teams' -and $context.Request.Headers['Authorization'] -eq "Bearer $using:token" -and -not $context.Request.Headers['X-API-KEY']
                        $context.Response.StatusCode = $good ? 200 : 401
                        $text = $good ? ('[{"teamID":"id-1","name":"Alpha","apiKey":"%","isDefault":true},{"teamID":"id-2","name":"Beta","apiKey":"%","isDefault":false}]' -replace '%', $using:two) : '{"code":401,"message":"no"}'
                        $bytes = [Text.Encoding]::UTF8.GetBytes($text)
                        $context.Response.ContentType = 'application/json'
                        $context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
                        $context.Response.Close()
                    }
                }
            }

            AfterAll {
                $listener.Stop()
                $service | Wait-Job | Remove-Job
            }

            It 'given, of the environment, or of the CLI' {
                Connect-E2B -Project beta -AccessToken $token -ApiUrl "http://127.0.0.1:$port"
                Get-Setting Project | Should -Be 'Beta (the account''s projects)'
                (Get-E2BConnection).HasApiKey, (Get-E2BConnection).HasAccessToken | Should -Be @($true, $true)
                $env:E2B_ACCESS_TOKEN = $token
                $env:E2B_API_URL = "http://127.0.0.1:$port"
                Connect-E2B -Project id-1
                (Get-E2BConnection).Project | Should -Be 'Alpha'
                Remove-Item Env:E2B_ACCESS_TOKEN, Env:E2B_API_URL
                Write-CliFile @{ version = 2; tokens = @{ access_token = $token }; projectName = 'Research'; projectId = 'id-7'; projectApiKey = $one }
                Connect-E2B -Project Beta -ApiUrl "http://127.0.0.1:$port" -Save -ProfileName beta
                (Read-Profile beta).apiKey | Should -Be $two
            }

            It 'that there are not, or by a token that is wrong' {
                { Connect-E2B -Project Gamma -AccessToken $token -ApiUrl "http://127.0.0.1:$port" } | Should -Throw -ErrorId 'E2BProjectNotFound,*'
                { Connect-E2B -Project Gamma -AccessToken $token -ApiUrl "http://127.0.0.1:$port" } | Should -Throw '*Alpha, Beta*'
                { Connect-E2B -Project Beta -AccessToken wrong -ApiUrl "http://127.0.0.1:$port" } | Should -Throw -ErrorId 'E2BAuthenticationFailed,*'
            }

            It 'are listed by the check of the token' {
                $check = Connect-E2B -AccessToken $token -ApiUrl "http://127.0.0.1:$port" -PassThru | ForEach-Object { Test-E2BConnection -Connection $_ -RequestTimeoutSec 5 } | Where-Object Name -eq AccessToken
                "$($check.Status) $($check.Detail)" | Should -BeLike 'Passed*Alpha, Beta.'
            }
        }
    }

    Context 'Keys in vaults' {
        BeforeAll {
            # A stub: the real module is not on every machine. It has what the real Get-Secret has and is used for here.
            $stubs = Join-Path $TestDrive 'stubs'
            $folder = New-Item -ItemType Directory (Join-Path $stubs 'Microsoft.PowerShell.SecretManagement') -Force
            @'
function Get-Secret {
    [CmdletBinding()] param([Parameter(Mandatory)] [string] $Name, [string] $Vault)
    $secrets = @{ e2b = 'e2b_' + '3c' * 20; 'team/e2b' = 'e2b_' + '4d' * 20 }
    $key = if ($Vault) { "$Vault/$Name" } else { $Name }
    if ($Name -eq 'table') { return @{ a = 1 } }
    if (-not $secrets[$key]) { Write-Error "The secret $Name was not found."; return }
    ConvertTo-SecureString $secrets[$key] -AsPlainText -Force
}
'@ | Set-Content (Join-Path $folder 'Microsoft.PowerShell.SecretManagement.psm1')
            $path = $env:PSModulePath
        }

        BeforeEach { $env:PSModulePath = $stubs + [IO.Path]::PathSeparator + $path }

        AfterEach {
            $env:PSModulePath = $path
            Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
        }

        It 'are read by name, and a profile stores the name alone' {
            Connect-E2B -ApiKeySecret e2b
            Get-Setting ApiKey | Should -Be "set (vault, secret 'e2b')"
            Connect-E2B -ApiKeySecret e2b -Vault team -Save
            Disconnect-E2B
            Get-Content $file -Raw | Should -Not -Match 'e2b_[0-9]'
            (Read-Profile default).vault | Should -Be 'team'
            Get-Setting ApiKey | Should -Be "set (vault, by profile 'default')"
        }

        It 'that are not there are an error by id' {
            { Connect-E2B -ApiKeySecret other } | Should -Throw -ErrorId 'E2BSecretNotFound,*'
            { Connect-E2B -ApiKeySecret e2b -Vault none } | Should -Throw "*vault 'none'*"
            { Connect-E2B -ApiKeySecret table } | Should -Throw -ErrorId 'E2BSecretNotFound,*'
        }

        It 'need the module' {
            $env:PSModulePath = $path
            if (Get-Module -ListAvailable Microsoft.PowerShell.SecretManagement) {
                Set-ItResult -Skipped -Because 'the real module is installed here'
                return
            }

            { Connect-E2B -ApiKeySecret e2b } | Should -Throw -ErrorId 'E2BVaultMissing,*'
            { Connect-E2B -ApiKeySecret e2b } | Should -Throw '*Install-PSResource*'
        }
    }

    Context 'Completion' {
        BeforeEach {
            Connect-E2B $one -Save -ProfileName work
            Connect-E2B $two -Save -ProfileName "mine and hers"
            Write-CliFile @{ version = 2; projectName = 'My Research'; projectId = 'id-7'; projectApiKey = $one }
            function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
        }

        It 'offers profiles and the CLI''s project' {
            foreach ($command in 'Connect-E2B', 'Disconnect-E2B -Remove', 'Get-E2BConnection', 'Test-E2BConnection') {
                Get-Completion "$command -ProfileName " | Should -Be @("'mine and hers'", 'work')
            }

            Get-Completion 'Connect-E2B -ProfileName w' | Should -Be 'work'
            Get-Completion 'Connect-E2B -Project ' | Should -Be "'My Research'"
        }

        It 'offers nothing of a broken file' {
            '{' | Set-Content $file
            Get-Completion 'Disconnect-E2B -ProfileName zzz' | Should -Not -Contain 'work'
        }
    }
}

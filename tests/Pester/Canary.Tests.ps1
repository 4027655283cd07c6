# Keys and tokens in no output: values planted on purpose are looked for in everything that the cmdlets say.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"

    # What must never be seen. The real key of the test's server is one of them: every request carries it.
    $canaries = [ordered]@{
        'the server''s key' = $env:E2B_API_KEY.Substring(4)
        'another key'       = 'ca' + 'fe' * 19
        'an account token'  = 'canary-account-token-77c1'
        'a proxy password'  = 'canary-proxy-password-31'
        'a profile''s key'  = 'fa' + 'ce' * 19
    }

    # The names of the canaries in a text, in the forms that a secret may take on its way.
    function Find-Canary([string] $Text) {
        foreach ($name in $canaries.Keys) {
            $value = $canaries[$name]
            $bytes = [Text.Encoding]::UTF8.GetBytes($value)
            $forms = $value, [Convert]::ToBase64String($bytes), [Convert]::ToHexString($bytes), [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($value))
            if ($forms.Where({ $Text.Contains($_, [StringComparison]::OrdinalIgnoreCase) })) { $name }
        }
    }

    # Everything that a record is able to show of itself.
    function Show-All($Record) {
        $Record | Out-String
        $Record | Format-List * -Force | Out-String
        "$Record"
        $Record | ConvertTo-Json -Depth 4 -WarningAction SilentlyContinue
        [System.Management.Automation.PSSerializer]::Serialize($Record, 4)
        if ($Record -is [System.Management.Automation.ErrorRecord]) {
            Show-Exception $Record.Exception
            $Record.InvocationInfo | Format-List * -Force | Out-String
            Get-Error -InputObject $Record | Out-String
        }
    }

    function Show-Exception($Exception) {
        for (; $Exception; $Exception = $Exception.InnerException) { "$Exception"; $Exception | Format-List * -Force | Out-String; $Exception.Data | Out-String }
    }

    # The script is run in a PowerShell of its own with all streams on and a transcript, and what comes out is shown in full.
    # Secrets reach it by the environment and by a file, as they reach scripts: typed into a command line they would be in
    # the transcript by the person's own doing.
    function Get-AllOutput([string] $Script) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('n')).ps1"
        $transcript = "$file.transcript"
        $shown = "$file.shown"
        @"
`$VerbosePreference = `$DebugPreference = `$InformationPreference = 'Continue'
`$ErrorActionPreference = 'Continue'
. {
    `$null = Start-Transcript '$transcript' -IncludeInvocationHeader
    Import-Module '$module' -Verbose:`$false
    . {
        # What ends a statement is shown, and the next one runs.
        trap { `$_; continue }
        $Script
        'canary-' + 'ended'
    }
    `$Error
    `$null = Stop-Transcript
} *>&1 | Tee-Object -Variable records
function Show-All { $(${function:Show-All}) }
function Show-Exception { $(${function:Show-Exception}) }
`$records | ForEach-Object { Show-All `$_ } | Set-Content '$shown'
Export-Clixml -InputObject `$records -Path '$shown.xml' -Depth 4
"@ | Set-Content $file
        $console = pwsh -NoProfile -NonInteractive -OutputFormat Text -File $file 2>&1 | ForEach-Object { "$_" }
        (@($console) + [IO.File]::ReadAllText($transcript) + [IO.File]::ReadAllText($shown) + [IO.File]::ReadAllText("$shown.xml")) -join "`n"
    }

    $env:E2B_TEST_KEY = 'e2b_' + $canaries['another key']
    $env:E2B_TEST_TOKEN = $canaries['an account token']
    $env:E2B_TEST_PROXY = "http://me:$($canaries['a proxy password'])@127.0.0.1:1"
    $env:E2B_TEST_PROFILE_KEY = 'e2b_' + $canaries['a profile''s key']
}

AfterAll { Remove-Item Env:E2B_TEST_KEY, Env:E2B_TEST_TOKEN, Env:E2B_TEST_PROXY, Env:E2B_TEST_PROFILE_KEY }

Describe 'A planted secret' {
    BeforeAll {
        $nothing = Get-AllOutput '"nothing"'
        $planted = Get-AllOutput @'
            Write-Verbose ('e2b_' + $env:E2B_TEST_KEY.Substring(4).ToUpper())
            Write-Debug $env:E2B_TEST_TOKEN
            throw [Exception]::new('outer', [Exception]::new($env:E2B_TEST_PROXY))
            [pscustomobject]@{ Inner = @{ Deep = $env:E2B_TEST_PROFILE_KEY } }
            Write-Information ([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($env:E2B_API_KEY.Substring(4))))
'@
    }

    It 'is found in every stream, within errors and objects, and in other forms' {
        $planted | Should -Match canary-ended
        Find-Canary $planted | Should -Be @($canaries.Keys)
    }

    It 'is not found where there is none' {
        $nothing | Should -Match canary-ended
        Find-Canary $nothing | Should -BeNullOrEmpty
    }
}

Describe 'No secret is shown' {
    It 'by <Name>' -ForEach @(
        @{
            Name   = 'work in a sandbox, all streams on'
            Script = '
            $sandbox = New-E2BSandbox -Metadata @{ suite = "canary" } -Environment @{ A = "b" } -AsDefault
            $sandbox; $sandbox.Client; $sandbox.Client.Connection; $sandbox.Client.Connection.Settings
            Get-E2BSandbox -Metadata @{ suite = "canary" }
            Invoke-E2BCommand "echo canary-proof; echo err >&2"
            Invoke-E2BCommand "exit 3" -PassThru
            Invoke-E2BCommand "exit 3"
            "text" | Set-E2BFile -Path note.txt; Get-E2BFile note.txt; Get-E2BFile missing.txt
            $process = Start-E2BProcess "sleep 30" -StdIn; $process; Get-E2BProcess; Send-E2BProcessInput $process -Value x; Stop-E2BProcess $process
            Invoke-E2BCommand "true" -User nobody-here
            Get-E2BDefault
            Remove-E2BSandbox $sandbox
            Invoke-E2BCommand $sandbox "true"; Get-E2BSandbox -Id $sandbox.SandboxId; Remove-E2BSandbox $sandbox'
        }
        @{
            Name   = 'jobs'
            Script = '
            $sandbox = New-E2BSandbox
            $job = Invoke-E2BCommand $sandbox "echo from a job; exit 2" -AsJob
            $job | Wait-Job | Receive-Job -Keep; $job; $job.ChildJobs; $job.JobStateInfo
            Start-ThreadJob { param($s) Import-Module $using:module; Invoke-E2BCommand $s "echo thread" -Verbose -Debug } -ArgumentList $sandbox | Wait-Job | Receive-Job
            Remove-E2BSandbox $sandbox'
        }
        @{
            Name   = 'connections, sources and checks'
            Script = '
            Get-E2BConnection; (Get-E2BConnection).Settings; Test-E2BConnection; Test-E2BConnection -Quiet
            Connect-E2B $env:E2B_TEST_KEY -AccessToken $env:E2B_TEST_TOKEN -PassThru; Test-E2BConnection; Get-E2BConnection
            Connect-E2B -ApiKey $env:E2B_TEST_KEY -Proxy $env:E2B_TEST_PROXY -ApiUrl http://192.0.2.1 -RequestTimeoutSec 1 -PassThru; Test-E2BConnection -RequestTimeoutSec 1
            Get-E2BLocalServer'
        }
        @{
            Name   = 'profiles'
            Script = '
            Connect-E2B $env:E2B_TEST_PROFILE_KEY -AccessToken $env:E2B_TEST_TOKEN -Proxy $env:E2B_TEST_PROXY -Save -ProfileName canary-profile -PassThru
            Get-E2BConnection -ProfileName *; Test-E2BConnection canary-profile -RequestTimeoutSec 1
            Connect-E2B -ProfileName canary-profile; Get-E2BSandbox -RequestTimeoutSec 1
            Connect-E2B -Project nothing -RequestTimeoutSec 1
            Connect-E2B -ApiKeySecret nothing
            Disconnect-E2B -Remove -Verbose'
        }
        @{
            Name   = 'refused keys and broken ways'
            Script = '
            Connect-E2B $env:E2B_TEST_KEY; New-E2BSandbox; Get-E2BSandbox
            Connect-E2B "$env:E2B_TEST_KEY malformed"
            Connect-E2B $env:E2B_TEST_KEY -ApiUrl http://127.0.0.1:1; New-E2BSandbox; Get-E2BSandbox
            Connect-E2B $env:E2B_TEST_KEY -Proxy $env:E2B_TEST_PROXY -ApiUrl https://api.example.invalid; New-E2BSandbox; Get-E2BSandbox
            Connect-E2B -AccessToken $env:E2B_TEST_TOKEN; Get-E2BSandbox; Connect-E2B -Project x -AccessToken $env:E2B_TEST_TOKEN
            $Error | ForEach-Object FullyQualifiedErrorId'
        }
        @{
            Name   = 'a service that repeats what it was sent'
            Script = '
            $listener = [Net.HttpListener]::new(); $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0); $probe.Start(); $port = $probe.LocalEndpoint.Port; $probe.Stop()
            $listener.Prefixes.Add("http://127.0.0.1:$port/"); $listener.Start()
            $echo = Start-ThreadJob { while (($using:listener).IsListening) { try { $c = ($using:listener).GetContext() } catch { return }
                $c.Response.StatusCode = 400; $b = [Text.Encoding]::UTF8.GetBytes("{`"code`":400,`"message`":`"you sent $($c.Request.Headers["X-API-KEY"]) $($c.Request.Headers["Authorization"])`"}")
                $c.Response.ContentType = "application/json"; $c.Response.OutputStream.Write($b, 0, $b.Length); $c.Response.Close() } }
            Connect-E2B $env:E2B_TEST_KEY -ApiUrl "http://127.0.0.1:$port"; Get-E2BSandbox -ErrorVariable problem; New-E2BSandbox; Test-E2BConnection -RequestTimeoutSec 2
            $seen = "$problem" -like "*you sent*"
            Connect-E2B -Project x -AccessToken $env:E2B_TEST_TOKEN -ApiUrl "http://127.0.0.1:$port"
            $listener.Stop(); $null = $echo | Wait-Job; if (-not $seen) { exit 9 }'
        }
    ) {
        $text = Get-AllOutput ("`$module = '$module'; " + $Script)
        $text | Should -Match canary-ended -Because 'it ran to its end'
        Find-Canary $text | Should -BeNullOrEmpty
    }
}

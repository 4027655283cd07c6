# What can be said of a sandbox when it is made, tried in the sandbox.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # An HTTP server on the sandbox's port 8000 that answers with the host it was asked for.
    function Open-Echo([E2B.Sandbox] $Sandbox) {
        $program = "import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.headers['Host'].encode()
        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
http.server.ThreadingHTTPServer(('127.0.0.1', 8000), Handler).serve_forever()"
        $null = Start-E2BProcess $Sandbox -FilePath python3 -ArgumentList '-c', $program
    }

    # Asks a port of a sandbox by the edge.
    function Get-Port([E2B.Sandbox] $Sandbox, [int] $Port, [string] $Path = '/', [hashtable] $Headers = @{}) {
        $all = @{ 'E2b-Sandbox-Id' = $Sandbox.SandboxId; 'E2b-Sandbox-Port' = "$Port" } + $Headers
        Invoke-WebRequest "$($env:E2B_SANDBOX_URL.TrimEnd('/'))$Path" -Headers $all -SkipHttpErrorCheck -Verbose:$false
    }

    function Get-Text($Answer) { if ($Answer.Content -is [byte[]]) { [Text.Encoding]::UTF8.GetString($Answer.Content) } else { $Answer.Content } }

    function Invoke-Api([string] $Method, [string] $Path, $Body) {
        Invoke-RestMethod -Method $Method "$($env:E2B_API_URL.TrimEnd('/'))$Path" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY } -Body ($Body | ConvertTo-Json) -ContentType application/json -Verbose:$false
    }

    function Get-State([E2B.Sandbox] $Sandbox) { (Get-E2BSandbox $Sandbox.SandboxId -ErrorAction Ignore).State }
}

AfterAll { Get-E2BSandbox -State All | Remove-E2BSandbox }

Describe 'Secrets among the options' {
    It 'are what is in them as environment variables' {
        $secret = [Net.NetworkCredential]::new('', 'a "b" $c').SecurePassword
        $sandbox = New-E2BSandbox -Environment @{ CREATED = $secret }
        Invoke-E2BCommand $sandbox 'printf "%s\n" "$CREATED" "$GIVEN"' -Environment @{ GIVEN = $secret } | Should -Be @('a "b" $c', 'a "b" $c')
    }

    It 'are refused where everybody sees them' {
        $secret = [Net.NetworkCredential]::new('', 'hidden').SecurePassword
        { New-E2BSandbox -Metadata @{ app = $secret } } | Should -Throw "*The value of 'app' is a SecureString*"
        { Set-E2BDefault -Environment @{ KEY = $secret } } | Should -Throw "*The value of 'KEY' is a SecureString*"
    }
}

Describe 'The end of a sandbox''s life' {
    AfterEach { Get-E2BSandbox -State All | Remove-E2BSandbox }

    It 'is told as it was chosen' {
        $sandbox = New-E2BSandbox -OnTimeout Pause -AutoResume
        $told = Get-E2BSandbox $sandbox.SandboxId
        $told.OnTimeout | Should -Be 'pause'
        $told.AutoResume | Should -BeTrue
        $told = New-E2BSandbox -OnTimeout Kill | Get-E2BSandbox
        $told.OnTimeout | Should -Be 'kill'
        $told.AutoResume | Should -BeFalse
    }

    It 'pauses with -OnTimeout Pause, and traffic wakes it with -AutoResume' {
        $sandbox = New-E2BSandbox -TimeoutSec 3 -OnTimeout Pause -AutoResume
        Open-Echo $sandbox
        Wait-Until { (Get-State $sandbox) -eq 'Paused' }
        $answer = Get-Port $sandbox 8000
        $answer.StatusCode | Should -Be 200
        Get-State $sandbox | Should -Be 'Running'
    }

    It 'stays paused with -AutoResume though a process in it is followed' {
        $sandbox = New-E2BSandbox -OnTimeout Pause -AutoResume
        $followed = Start-E2BProcess $sandbox 'sleep 4711'
        Suspend-E2BSandbox $sandbox
        Wait-Until { $followed.Failure }
        $followed.Failure | Should -BeLike '*was paused*'
        Get-State $sandbox | Should -Be 'Paused'
    }

    It 'stays paused without -AutoResume' {
        $sandbox = New-E2BSandbox -TimeoutSec 1 -OnTimeout Pause
        Wait-Until { (Get-State $sandbox) -eq 'Paused' }
        (Get-Port $sandbox 8000).StatusCode | Should -Be 502
        Get-State $sandbox | Should -Be 'Paused'
    }

    It 'keeps the files alone with -KeepMemory:$false, and processes otherwise' {
        $kept = New-E2BSandbox -TimeoutSec 3 -OnTimeout Pause -KeepMemory
        $lost = New-E2BSandbox -TimeoutSec 3 -OnTimeout Pause -KeepMemory:$false
        foreach ($sandbox in $kept, $lost) {
            $null = Start-E2BProcess $sandbox 'sleep 4711'
            'text' | Set-E2BFile $sandbox /home/user/file
        }
        Wait-Until { (Get-State $kept) -eq 'Paused' -and (Get-State $lost) -eq 'Paused' }
        foreach ($sandbox in $kept, $lost) {
            $null = Invoke-Api -Method POST -Path "/sandboxes/$($sandbox.SandboxId)/connect" -Body @{ timeout = 60 }
            Get-E2BFile $sandbox /home/user/file | Should -Be 'text'
        }
        Test-Running $kept 'sleep [4]711' | Should -BeTrue
        Test-Running $lost 'sleep [4]711' | Should -BeFalse
    }

    It 'is refused where it makes no sense, before anything is made' {
        { New-E2BSandbox -AutoResume -ErrorAction Stop } | Should -Throw '*OnTimeout = Pause*' -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -OnTimeout Kill -KeepMemory -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -OnTimeout Pause -KeepMemory:$false -AutoResume -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -OnTimeout Explode } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        Get-E2BSandbox -State All | Should -BeNullOrEmpty
    }
}

Describe 'A sandbox''s daemon and ports' {
    It 'ask for a token unless -Secure:$false' {
        $secure = New-E2BSandbox
        $open = New-E2BSandbox -Secure:$false
        foreach ($sandbox in $secure, $open) { 'text' | Set-E2BFile $sandbox /home/user/file }
        (Get-Port $secure 49983 -Path '/files?path=/home/user/file&username=user').StatusCode | Should -Be 401
        $answer = Get-Port $open 49983 -Path '/files?path=/home/user/file&username=user'
        $answer.StatusCode | Should -Be 200
        (Get-Text $answer).Trim() | Should -Be 'text'
    }

    It 'can be reached without a token unless -NoPublicTraffic' {
        $public = New-E2BSandbox
        $restricted = New-E2BSandbox -NoPublicTraffic
        $public, $restricted | ForEach-Object { Open-Echo $_ }
        Wait-Until { (Get-Port $public 8000).StatusCode -eq 200 }
        (Get-Port $restricted 8000).StatusCode | Should -Be 403
        $token = (Invoke-Api -Method POST -Path "/sandboxes/$($restricted.SandboxId)/connect" -Body @{ timeout = 60 }).trafficAccessToken
        $token | Should -Not -BeNullOrEmpty
        Wait-Until { (Get-Port $restricted 8000 -Path / -Headers @{ 'E2B-Traffic-Access-Token' = $token }).StatusCode -eq 200 }
        (Get-E2BSandbox $restricted.SandboxId).Network.AllowPublicTraffic | Should -BeFalse
        { New-E2BSandbox -NoPublicTraffic -Secure:$false -ErrorAction Stop } | Should -Throw '*Secure*' -ErrorId 'E2BInvalidArgument,*'
    }

    It 'tell programs another host with -MaskRequestHost' {
        $sandbox = New-E2BSandbox -MaskRequestHost 'my.example:${PORT}' -HttpsPort 8443, 9443
        Open-Echo $sandbox
        Wait-Until { (Get-Port $sandbox 8000).StatusCode -eq 200 }
        Get-Text (Get-Port $sandbox 8000) | Should -Be 'my.example:8000'
        $told = (Get-E2BSandbox $sandbox.SandboxId).Network
        $told.MaskRequestHost | Should -Be 'my.example:${PORT}'
        $told.HttpsPorts | Should -Be @(8443, 9443)
        { New-E2BSandbox -MaskRequestHost "my.example:$($null)" -ErrorAction Stop } | Should -Throw '*single quotes*' -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -HttpsPort 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { New-E2BSandbox -HttpsPort 49983 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }
}

Describe 'What a sandbox is made from' {
    BeforeAll {
        $original = New-E2BSandbox
        'kept' | Set-E2BFile $original /home/user/kept
        $snapshotId = (Invoke-Api -Method POST -Path "/sandboxes/$($original.SandboxId)/snapshots" -Body @{ name = 'create-tests' }).snapshotID
    }
    AfterAll {
        Get-E2BSandbox | Remove-E2BSandbox
        $null = Invoke-Api -Method DELETE -Path "/templates/$($snapshotId -replace ':.*' -replace '.*/')" -Body $null
    }

    It 'is a snapshot by its id, by an object that has it, or by the pipeline' {
        $object = [pscustomobject]@{ SnapshotId = $snapshotId }
        $made = @(
            New-E2BSandbox $snapshotId
            New-E2BSandbox -Template $object
            $object, $snapshotId | New-E2BSandbox
        )
        $made | Should -HaveCount 4
        foreach ($sandbox in $made) { Get-E2BFile $sandbox /home/user/kept | Should -Be 'kept' }
    }

    It 'is base by id, name and tag' {
        (New-E2BSandbox base:default).Template | Should -Be 'base'
        (New-E2BSandbox -Template base).Template | Should -Be 'base'
    }

    It 'is an error where it cannot be, about what was given' {
        New-E2BSandbox '' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BInvalidArgument,*'
        { $null | New-E2BSandbox -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        $before = @(Get-E2BSandbox).Count
        $made = 42, 'base', 'no-such-template' | New-E2BSandbox -ErrorAction SilentlyContinue -ErrorVariable problem
        $made.Template | Should -Be 'base'
        $problem.FullyQualifiedErrorId -replace ',.*' | Should -Be @('E2BInvalidArgument', 'E2BNotFound')
        $problem.TargetObject | Should -Be @(42, 'no-such-template')
        @(Get-E2BSandbox).Count | Should -Be ($before + 1)
    }

    It 'knows the session''s own sandboxes, whatever made them' {
        $sandbox = New-E2BSandbox -NoInternet -OnTimeout Kill -Metadata @{ suite = 'create' } -Environment @{ A = 'b c' } -TimeoutSec 100
        Invoke-E2BCommand $sandbox 'echo $A' | Should -Be 'b c'
        (Get-E2BSandbox -Metadata @{ suite = 'create' }).SandboxId | Should -Be $sandbox.SandboxId
        (Get-E2BSandbox $sandbox.SandboxId).AllowInternetAccess | Should -BeExactly $false
    }
}

Describe 'What the service does not offer' {
    It 'is an error and makes nothing: <Name>' -ForEach @(
        @{ Name = 'rules'; Options = @{ NetworkRule = @{ 'api.example.com' = @{ Authorization = 'canary-header' } } } }
        @{ Name = 'egressProxy'; Options = @{ EgressProxy = 'proxy.example.com:1080' } }
        @{ Name = 'iam'; Options = @{ IdentityToken = @{ aws = 'sts.amazonaws.com' } } }
    ) {
        $before = @(Get-E2BSandbox).Count
        New-E2BSandbox @Options -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BServiceError,*'
        "$problem" | Should -BeLike "*$Name*"
        "$problem" | Should -Not -BeLike '*canary*'
        @(Get-E2BSandbox).Count | Should -Be $before
    }

    It 'is told apart from what cannot be' {
        { New-E2BSandbox -VolumeMount @{ 'data' = 'v' } -ErrorAction Stop } | Should -Throw "*'data'*" -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -NetworkRule @{ 'example.com' = 'text' } -ErrorAction Stop } | Should -Throw '*example.com*' -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -IdentityToken @{ '}' = 'a' } -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -Environment @{ 'A=B' = 'c' } -ErrorAction Stop } | Should -Throw "*'A=B'*" -ErrorId 'E2BInvalidArgument,*'
        $secret = [pscredential]::new('me', [Net.NetworkCredential]::new('', 'canary-proxy').SecurePassword)
        { New-E2BSandbox -EgressProxyCredential $secret -ErrorAction Stop } | Should -Throw '*-EgressProxy host:port*' -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -EgressProxy 'nowhere' -EgressProxyCredential $secret -ErrorAction Stop } | Should -Throw "*'nowhere'*" -ErrorId 'E2BInvalidArgument,*'
    }
}

Describe 'MCP servers' {
    BeforeAll {
        # A stand-in for the gateway: it keeps what it was given, and fails when it is told to.
        $builder = New-E2BSandbox
        '#!/bin/sh
test -n "$FAIL" && { echo "cannot start: $2" >&2; exit 3; }
umask 077
mkdir -p /etc/mcp-gateway
printf "%s" "$GATEWAY_ACCESS_TOKEN" > /etc/mcp-gateway/.token
printf "%s" "$1" > /root/option; printf "%s" "$2" > /root/config; env > /root/env; id -un > /root/user
' | Set-E2BFile $builder /usr/local/bin/mcp-gateway -User root -NoNewline
        Invoke-E2BCommand $builder 'chmod 755 /usr/local/bin/mcp-gateway' -User root
        $snapshot = Invoke-Api -Method POST -Path "/sandboxes/$($builder.SandboxId)/snapshots" -Body @{ name = 'mcp-gateway' }
        Remove-E2BSandbox $builder
        $secret = [Net.NetworkCredential]::new('', 'canary-mcp-"secret"-ü$x`y').SecurePassword
        $servers = @{ browserbase = @{ apiKey = $secret; port = 8080; debug = $true; list = 'canary-one', 'two'; nothing = $null } }
    }
    AfterAll {
        Get-E2BSandbox | Remove-E2BSandbox
        $null = Invoke-Api -Method DELETE -Path "/templates/$($snapshot.snapshotID -replace ':.*' -replace '.*/')" -Body $null
    }

    It 'are started by the gateway as root, with their configuration and a token' {
        $sandbox = New-E2BSandbox -Mcp $servers
        $sandbox.Template | Should -BeLike '*mcp-gateway*'
        Get-E2BFile $sandbox /root/user -User root | Should -Be 'root'
        Get-E2BFile $sandbox /root/option -User root | Should -Be '--config'
        $given = Get-E2BFile $sandbox /root/config -User root -Raw | ConvertFrom-Json -AsHashtable
        $given.browserbase.apiKey | Should -BeExactly 'canary-mcp-"secret"-ü$x`y'
        $given.browserbase.port | Should -Be 8080
        $given.browserbase.debug | Should -BeTrue
        $given.browserbase.list | Should -Be @('canary-one', 'two')
        $given.browserbase.ContainsKey('nothing') | Should -BeTrue
        $token = $sandbox.GetMcpTokenAsync().GetAwaiter().GetResult()
        $token | Should -Match '^[0-9a-f]{64}$'
        Get-E2BFile $sandbox /etc/mcp-gateway/.token -User root -Raw | Should -Be $token
        $again = Get-E2BSandbox $sandbox.SandboxId
        $again.GetMcpTokenAsync().GetAwaiter().GetResult() | Should -Be $token
        $url = $again.GetMcpUrlAsync().GetAwaiter().GetResult()
        $url | Should -Be (Get-E2BSandboxUrl $sandbox 50005 -Path /mcp).Uri
        $url.AbsolutePath | Should -Be '/mcp'
    }

    It 'have their configuration in no environment, no log and no property' {
        $sandbox = New-E2BSandbox -Mcp $servers
        Get-E2BFile $sandbox /root/env -User root -Raw | Should -Not -BeLike '*canary*'
        $log = Invoke-RestMethod "$($env:E2B_API_URL.TrimEnd('/'))/v2/sandboxes/$($sandbox.SandboxId)/logs" -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY } | ConvertTo-Json -Depth 9
        $log | Should -BeLike '*mcp-gateway*'
        $log | Should -Not -BeLike '*canary*'
        $token = $sandbox.GetMcpTokenAsync().GetAwaiter().GetResult()
        $shown = ($sandbox | Format-List * -Force | Out-String) + ($sandbox | ConvertTo-Json -Depth 4 -WarningAction Ignore)
        $shown | Should -Not -BeLike '*canary*'
        $shown | Should -Not -BeLike "*$token*"
    }

    It 'that do not start leave no sandbox, and an error without their configuration' {
        $shown = . { New-E2BSandbox -Mcp $servers -Environment @{ FAIL = '1' } -ErrorAction SilentlyContinue -ErrorVariable problem -Verbose -Debug } *>&1 | Out-String
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BMcpFailed,*'
        $problem[0].Exception | Should -BeOfType ([E2B.E2BMcpException])
        "$problem" | Should -BeLike '*exit code 3: cannot start: *'
        $shown + ($problem | Format-List * -Force | Out-String) + $problem[0].Exception + (Get-Error -InputObject $problem[0] | Out-String) | Should -Not -BeLike '*canary*'
        Get-E2BSandbox | Where-Object SandboxId -EQ $problem[0].Exception.SandboxId | Should -BeNullOrEmpty
    }

    It 'need a template that has the gateway' {
        New-E2BSandbox base -Mcp @{} -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BMcpFailed,*'
        "$problem" | Should -BeLike "*'base' has no program mcp-gateway*"
        Get-E2BSandbox | Where-Object SandboxId -EQ $problem[0].Exception.SandboxId | Should -BeNullOrEmpty
        { (New-E2BSandbox).GetMcpTokenAsync().GetAwaiter().GetResult() | Should -BeNullOrEmpty } | Should -Not -Throw
    }

    It 'with a number that JSON has not are refused' {
        { New-E2BSandbox -Mcp @{ server = @{ limit = [double]::NaN } } -ErrorAction Stop } | Should -Throw '*NaN*' -ErrorId 'E2BInvalidArgument,*'
    }

    It 'in a table that holds itself are refused' {
        $round = @{}
        $round.self = $round
        { New-E2BSandbox -Mcp $round -ErrorAction Stop } | Should -Throw '*hold itself*' -ErrorId 'E2BInvalidArgument,*'
    }
}

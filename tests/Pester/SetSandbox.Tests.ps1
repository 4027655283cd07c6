# What sandboxes may connect to, and Set-E2BSandbox. A server of this file's own lets sandboxes reach one port of this
# machine, so that it shows what gets through and what does not, without any network beyond it.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    # Never in $TestDrive: Pester clears that between blocks and follows links on the way, and the base has one to /run.
    $data = Join-Path ([IO.Path]::GetTempPath()) "e2b-pester-set-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
    $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
    foreach ($argument in "$root/out/local-server/E2B.LocalServer.dll", 'serve', '--port', '0', '--data', $data, '--allow-host-port', "$port", '--pool', '1', '--exit-with-stdin') {
        $start.ArgumentList.Add($argument)
    }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $server = [Diagnostics.Process]::Start($start)
    $said = @{}
    while ($said.Count -lt 3) {
        $line = $server.StandardOutput.ReadLine()
        if ($null -eq $line) { throw 'the server ended before it was ready' }
        $name, $value = $line -split '=', 2
        $said[$name] = $value
    }
    $connection = Connect-E2B -ApiUrl $said.E2B_API_URL -SandboxUrl $said.E2B_SANDBOX_URL -ApiKey $said.E2B_API_KEY -PassThru
    $gateway = Invoke-E2BCommand (New-E2BSandbox) "getent ahostsv4 host.e2b.internal | awk '{ print `$1; exit }'"

    # What comes of a connection to this machine's port: 'reached', or why not.
    function Test-Reach([E2B.Sandbox] $Sandbox, [string] $Address = $gateway) {
        Invoke-E2BCommand $Sandbox -FilePath python3 -ArgumentList '-c', "
import socket
try:
    socket.create_connection(('$Address', $port), 10).close()
    print('reached')
except OSError as e:
    print(e.strerror)"
    }
}

AfterAll {
    Disconnect-E2B
    if ($server) {
        $server.StandardInput.Close()
        $server.WaitForExit()
        [IO.Directory]::Delete($data, $true)
    }
    ${listener}?.Stop()
}

Describe 'New-E2BSandbox and the network' {
    AfterEach { Get-E2BSandbox | Remove-E2BSandbox }

    It 'lets a sandbox connect unless told otherwise' {
        $gateway | Should -Match '^\d+\.\d+\.\d+\.\d+$'
        Test-Reach (New-E2BSandbox) | Should -Be 'reached'
        Test-Reach (New-E2BSandbox) host.e2b.internal | Should -Be 'reached'
        Test-Reach (New-E2BSandbox -NoInternet:$false) | Should -Be 'reached'
    }

    It 'denies an address, a range, all, and nothing else' {
        Test-Reach (New-E2BSandbox -DenyOut $gateway) | Should -Be 'No route to host'
        Test-Reach (New-E2BSandbox -DenyOut "$gateway/24") | Should -Be 'No route to host'
        Test-Reach (New-E2BSandbox -DenyOut ALL_TRAFFIC) | Should -Be 'No route to host'
        Test-Reach (New-E2BSandbox -DenyOut 192.0.2.0/24, 198.51.100.7) | Should -Be 'reached'
    }

    It 'has no internet with -NoInternet, but what is allowed' {
        Test-Reach (New-E2BSandbox -NoInternet) | Should -Match 'unreachable|No route'
        Test-Reach (New-E2BSandbox -NoInternet -AllowOut $gateway) | Should -Be 'reached'
        Test-Reach (New-E2BSandbox -DenyOut ALL_TRAFFIC -AllowOut "$gateway/30") | Should -Be 'reached'
        Test-Reach (New-E2BSandbox -NoInternet -AllowOut 192.0.2.1, example.com) | Should -Be 'No route to host'
    }

    It 'tells the rules' {
        $told = (New-E2BSandbox -NoInternet -AllowOut 192.0.2.1, *.example.com | Get-E2BSandbox).SandboxId | Get-E2BSandbox
        $told.Network.AllowOut | Should -Be @('192.0.2.1', '*.example.com')
        $told.Network.DenyOut | Should -Be '0.0.0.0/0'
        $told.AllowInternetAccess | Should -BeExactly $false
    }

    It 'refuses what is no destination before anything is made: <_>' -ForEach '256.1.1.1', '1.2.3.4/33', 'https://example.com', 'example.com:443', '' {
        { New-E2BSandbox -NoInternet -AllowOut $_ -ErrorAction Stop } | Should -Throw "*'$_'*" -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -DenyOut $_ -ErrorAction Stop } | Should -Throw "*'$_'*" -ErrorId 'E2BInvalidArgument,*'
        Get-E2BSandbox | Should -BeNullOrEmpty
    }

    It 'says what to do about names, and that -AllowOut alone does nothing' {
        { New-E2BSandbox -DenyOut example.com -ErrorAction Stop } | Should -Throw '*ALL_TRAFFIC*' -ErrorId 'E2BInvalidArgument,*'
        { New-E2BSandbox -AllowOut example.com -WarningAction SilentlyContinue -ErrorAction Stop } | Should -Throw '*ALL_TRAFFIC*' -ErrorId 'E2BInvalidArgument,*'
        $null = New-E2BSandbox -AllowOut 192.0.2.1 -WarningAction SilentlyContinue -WarningVariable warned
        $warned | Should -BeLike '*-NoInternet*'
        $null = New-E2BSandbox -AllowOut 192.0.2.1 -NoInternet -WarningVariable quiet
        $quiet | Should -BeNullOrEmpty
    }
}

Describe 'Set-E2BSandbox' {
    AfterEach {
        Set-E2BDefault -Sandbox $null
        Get-E2BSandbox -State All | Remove-E2BSandbox
    }

    It 'sets the lifetime from now, longer and shorter' {
        $sandbox = New-E2BSandbox
        $set = Set-E2BSandbox $sandbox -TimeoutSec 1200 -PassThru
        $set | Should -BeOfType ([E2B.Sandbox])
        $set.SandboxId | Should -Be $sandbox.SandboxId
        $set.TimeLeft.TotalSeconds | Should -BeGreaterThan 1150
        $set.TimeLeft.TotalSeconds | Should -BeLessOrEqual 1200
        Set-E2BSandbox $sandbox -TimeoutSec 60 | Should -BeNullOrEmpty
        $sandbox.TimeLeft.TotalSeconds | Should -BeLessOrEqual 60 -Because 'the object was told'
        (Get-E2BSandbox $sandbox.SandboxId).TimeLeft.TotalSeconds | Should -BeLessOrEqual 60
    }

    It 'ends one that is given no time' {
        $sandbox = New-E2BSandbox
        Set-E2BSandbox $sandbox -TimeoutSec 1
        Wait-Until { -not (Get-E2BSandbox) }
    }

    It 'takes the internet away and gives it back, at once' {
        $sandbox = New-E2BSandbox
        Test-Reach $sandbox | Should -Be 'reached'
        Set-E2BSandbox $sandbox -NoInternet
        Test-Reach $sandbox | Should -Match 'unreachable|No route'
        Set-E2BSandbox $sandbox.SandboxId -NoInternet:$false
        Test-Reach $sandbox | Should -Be 'reached'
    }

    It 'gives the internet back where names were allowed' {
        $sandbox = New-E2BSandbox -NoInternet -AllowOut example.com, 192.0.2.1
        Test-Reach $sandbox | Should -Be 'No route to host'
        $told = Set-E2BSandbox $sandbox -NoInternet:$false -PassThru
        $told.Network.DenyOut | Should -BeNullOrEmpty
        $told.Network.AllowOut | Should -Be '192.0.2.1'
        Test-Reach $sandbox | Should -Be 'reached'
    }

    It 'keeps the rules that it is not told to change' {
        $sandbox = New-E2BSandbox -NoInternet -AllowOut 192.0.2.1 -NoPublicTraffic
        $told = (Set-E2BSandbox $sandbox -DenyOut 198.51.100.0/24 -PassThru)
        $told.Network.AllowOut | Should -Be '192.0.2.1'
        $told.Network.DenyOut | Should -Be '198.51.100.0/24'
        $told.AllowInternetAccess | Should -BeExactly $false
        Test-Reach $sandbox | Should -Be 'No route to host'
        $told = Set-E2BSandbox $sandbox -AllowOut ($told.Network.AllowOut + $gateway) -PassThru
        $told.Network.AllowOut | Should -Be @('192.0.2.1', $gateway)
        Test-Reach $sandbox | Should -Be 'reached'
        $told = Set-E2BSandbox $sandbox -AllowOut @() -PassThru
        $told.Network.AllowOut | Should -BeNullOrEmpty
        $told.Network.DenyOut | Should -Be '198.51.100.0/24'
        $told.Network.AllowPublicTraffic | Should -BeFalse
        Set-E2BSandbox $sandbox -TimeoutSec 100
        Test-Reach $sandbox | Should -Be 'No route to host'
    }

    It 'forgets the others with -ReplaceNetwork' {
        $sandbox = New-E2BSandbox -NoInternet -AllowOut 192.0.2.1
        $told = Set-E2BSandbox $sandbox -ReplaceNetwork -DenyOut 198.51.100.7 -PassThru
        $told.Network.AllowOut | Should -BeNullOrEmpty
        $told.Network.DenyOut | Should -Be '198.51.100.7'
        Test-Reach $sandbox | Should -Be 'reached'
    }

    It 'changes several from the pipeline, with an error for each that it cannot' {
        $made = 1..3 | ForEach-Object { New-E2BSandbox -Metadata @{ suite = 'set' } }
        $targets = $made[0], 'i0000000000000000000', $made[1], 'a/b', [pscustomobject]@{ SandboxId = $made[2].SandboxId }
        $set = $targets | Set-E2BSandbox -TimeoutSec 900 -DenyOut $gateway -PassThru -ThrottleLimit 2 -ErrorAction SilentlyContinue -ErrorVariable problem
        $set.SandboxId | Sort-Object | Should -Be ($made.SandboxId | Sort-Object)
        $problem.FullyQualifiedErrorId -replace ',.*' | Sort-Object | Should -Be @('E2BInvalidArgument', 'E2BSandboxNotFound')
        "$($problem.Where({ $_.FullyQualifiedErrorId -like 'E2BSandboxNotFound*' }).TargetObject)" | Should -Be 'i0000000000000000000'
        Get-E2BSandbox -Metadata @{ suite = 'set' } | ForEach-Object { $_.TimeLeft.TotalSeconds | Should -BeGreaterThan 850 }
        Test-Reach $made[2] | Should -Be 'No route to host'
    }

    It 'means the default sandbox when none is named, but not for an empty pipeline or $null' {
        $sandbox = New-E2BSandbox -AsDefault
        Set-E2BSandbox -TimeoutSec 900
        (Get-E2BSandbox).TimeLeft.TotalSeconds | Should -BeGreaterThan 850
        @() | Set-E2BSandbox -TimeoutSec 60
        { Set-E2BSandbox $null -TimeoutSec 60 } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        (Get-E2BSandbox).TimeLeft.TotalSeconds | Should -BeGreaterThan 850
        Set-E2BDefault -Sandbox $null
        { Set-E2BSandbox -TimeoutSec 60 } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        Remove-E2BSandbox $sandbox
    }

    It 'changes nothing with -WhatIf, and complains when there is nothing to change' {
        $sandbox = New-E2BSandbox
        Set-E2BSandbox $sandbox -TimeoutSec 5000 -NoInternet -WhatIf
        (Get-E2BSandbox $sandbox.SandboxId).TimeLeft.TotalSeconds | Should -BeLessOrEqual 300
        Test-Reach $sandbox | Should -Be 'reached'
        { Set-E2BSandbox $sandbox } | Should -Throw -ErrorId 'E2BNoValue,*'
    }

    It 'leaves the rules as they are when the new ones cannot be' {
        $sandbox = New-E2BSandbox -DenyOut $gateway
        foreach ($bad in @{ DenyOut = 'example.com' }, @{ AllowOut = 'example.com' }, @{ AllowOut = '1.2.3.4/33' }) {
            Set-E2BSandbox $sandbox @bad -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem.FullyQualifiedErrorId | Should -BeLike 'E2BInvalidArgument,*'
        }
        { Set-E2BSandbox $sandbox -EgressProxy nowhere } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        (Get-E2BSandbox $sandbox.SandboxId).Network.DenyOut | Should -Be $gateway
        Test-Reach $sandbox | Should -Be 'No route to host'
    }

    It 'says that a paused sandbox takes no rules' {
        $sandbox = New-E2BSandbox -TimeoutSec 1 -OnTimeout Pause
        Wait-Until { Get-E2BSandbox -State Paused }
        Set-E2BSandbox $sandbox -NoInternet -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BConflict,*'
    }

    It 'completes the word for all traffic' {
        $line = 'New-E2BSandbox -DenyOut A'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'ALL_TRAFFIC'
        $line = 'New-E2BSandbox -OnTimeout '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be @('Kill', 'Pause')
    }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/PortSupport.ps1"
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
    $sandbox = New-E2BSandbox
    $null = Open-Echo $sandbox 7000
    function Get-End { @(Get-E2BFile $sandbox /tmp/ends -ErrorAction SilentlyContinue) }
}
AfterAll {
    Get-Job | Remove-Job -Force
    Remove-E2BSandbox $sandbox
}

Describe 'Connect-E2BPort' {
    BeforeEach { $null = Invoke-E2BCommand $sandbox ': > /tmp/ends' }
    AfterEach {
        Get-Job | Remove-Job -Force
        Set-E2BDefault -Sandbox $null
    }

    It 'tells where it listens first, and runs until it is stopped' {
        $job = Connect-E2BPort $sandbox 7000 -LocalPort 0 -AsJob -JobName tunnel
        $tunnel = Receive-Job $job -Keep
        $tunnel | Should -BeOfType ([E2B.PortTunnel])
        $tunnel.Port | Should -Be 7000
        $tunnel.SandboxId | Should -BeExactly $sandbox.SandboxId
        "$($tunnel.LocalEndPoint)" | Should -BeExactly "127.0.0.1:$($tunnel.LocalPort)"
        [E2BTests.Peer]::Echo($tunnel.LocalPort, 1000) | Should -BeTrue
        [E2BTests.Peer]::Echo($tunnel.LocalPort, 0) | Should -BeTrue
        $tunnel.TotalConnections | Should -Be 2
        $job.State | Should -Be 'Running'
        ($tunnel | Out-String) | Should -Match "127\.0\.0\.1:$($tunnel.LocalPort)\s+$($sandbox.SandboxId)\s+7000"
        Stop-Job -Name tunnel
        $job.State | Should -Be 'Stopped'
        { [E2BTests.Peer]::Connect($tunnel.LocalPort) } | Should -Throw '*refused*'
    }

    It 'listens on the same port as in the sandbox unless told otherwise, for the default sandbox' {
        $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0); $probe.Start(); $free = $probe.LocalEndpoint.Port; $probe.Stop()
        Set-E2BDefault -Sandbox $sandbox
        $null = Open-Echo $sandbox $free
        $job = Connect-E2BPort $free -AsJob
        (Receive-Job $job).LocalPort | Should -Be $free
        [E2BTests.Peer]::Echo($free, 10) | Should -BeTrue
    }

    It 'carries 64 MiB both ways as they are' {
        $job = Connect-E2BPort $sandbox 7000 -LocalPort 0 -AsJob
        [E2BTests.Peer]::Echo((Receive-Job $job).LocalPort, 64MB) | Should -BeTrue
        Wait-Until { (Get-RelayCount $sandbox) -eq 0 }
        Get-End | Should -BeExactly 'end'
    }

    It 'carries 50 connections at once' {
        $job = Connect-E2BPort $sandbox 7000 -LocalPort 0 -AsJob
        $whole = [E2BTests.Peer]::Echo((Receive-Job $job).LocalPort, 300000, 50)
        $whole.Count | Should -Be 50
        $whole | Should -Not -Contain $false
        $job.Warning | Should -BeNullOrEmpty
    }

    It 'has no more than -MaxConnections at once, and the others wait' {
        $job = Connect-E2BPort $sandbox 7000 -LocalPort 0 -MaxConnections 2 -AsJob
        $tunnel = Receive-Job $job
        $open = 1..4 | ForEach-Object { [E2BTests.Peer]::Connect($tunnel.LocalPort) }
        try {
            foreach ($one in $open) { $one.Client.Send([byte[]](65)) | Should -Be 1 }
            $one = [byte[]]::new(1)
            $open[0].Client.Receive($one), $open[1].Client.Receive($one) | Should -Be @(1, 1)
            $tunnel.OpenConnections | Should -Be 2
            Get-RelayCount $sandbox | Should -Be 2
            $open[0].Client.Shutdown('Send')
            [E2BTests.Peer]::EndOf($open[0]) | Should -BeExactly 'end'
            $open[2].Client.Receive($one) | Should -Be 1
            $tunnel.OpenConnections | Should -Be 2
        }
        finally { $open.Dispose() }
    }

    It 'passes on the end of one direction while the other goes on' {
        # Sends, when it has read everything, how much that was; and speaks first, as SMTP servers do.
        $program = 'import socket
s = socket.create_server(("127.0.0.1", 7001))
while True:
    c, _ = s.accept(); c.sendall(b"220 ready\n"); n = 0
    while b := c.recv(65536): n += len(b)
    c.sendall(str(n).encode()); c.close()'
        $null = Start-E2BProcess $sandbox -FilePath python3 -ArgumentList '-c', $program
        $null = Wait-E2BSandbox $sandbox -Port 7001 -TimeoutSec 30
        $job = Connect-E2BPort $sandbox 7001 -LocalPort 0 -AsJob
        $client = [E2BTests.Peer]::Connect((Receive-Job $job).LocalPort)
        try {
            $reader = [IO.StreamReader]::new($client.GetStream())
            $reader.ReadLine() | Should -BeExactly '220 ready'
            $client.Client.Send([byte[]]::new(100000)) | Should -Be 100000
            $client.Client.Shutdown('Send')
            $reader.ReadToEnd() | Should -BeExactly '100000'
        }
        finally { $client.Dispose() }
    }

    It 'passes on an end that comes from the sandbox while this side goes on' {
        # Ends its own direction first, and writes down what comes after that.
        $program = 'import socket
s = socket.create_server(("127.0.0.1", 7002)); c, _ = s.accept(); c.sendall(b"bye"); c.shutdown(socket.SHUT_WR); n = 0
while b := c.recv(65536): n += len(b)
open("/tmp/after", "w").write(str(n))'
        $null = Start-E2BProcess $sandbox -FilePath python3 -ArgumentList '-c', $program
        $null = Wait-E2BSandbox $sandbox -Port 7002 -TimeoutSec 30
        $job = Connect-E2BPort $sandbox 7002 -LocalPort 0 -AsJob
        $client = [E2BTests.Peer]::Connect((Receive-Job $job).LocalPort)
        try {
            [E2BTests.Peer]::EndOf($client) | Should -BeExactly 'end'
            $client.Client.Send([byte[]]::new(200000)) | Should -Be 200000
            $client.Client.Shutdown('Send')
            Wait-Until { Test-E2BPath $sandbox /tmp/after }
            Wait-Until { (Get-E2BFile $sandbox /tmp/after) -eq '200000' }
        }
        finally { $client.Dispose() }
    }

    It 'passes on a break as a break, in both directions' {
        $job = Connect-E2BPort $sandbox 7000 -LocalPort 0 -AsJob
        $port = (Receive-Job $job).LocalPort
        $client = [E2BTests.Peer]::Connect($port)
        $null = $client.Client.Send([byte[]](65)); $null = $client.Client.Receive([byte[]]::new(1))
        $client.Client.Close(0)
        Wait-Until { Get-End }
        Get-End | Should -BeExactly 'ConnectionResetError'

        $program = 'import socket, struct
s = socket.create_server(("127.0.0.1", 7003)); c, _ = s.accept(); c.recv(1)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()'
        $null = Start-E2BProcess $sandbox -FilePath python3 -ArgumentList '-c', $program
        $null = Wait-E2BSandbox $sandbox -Port 7003 -TimeoutSec 30
        $job = Connect-E2BPort $sandbox 7003 -LocalPort 0 -AsJob
        $client = [E2BTests.Peer]::Connect((Receive-Job $job).LocalPort)
        try {
            $null = $client.Client.Send([byte[]](65))
            [E2BTests.Peer]::EndOf($client) | Should -BeExactly 'ConnectionReset'
        }
        finally { $client.Dispose() }
    }

    It 'finds a program on the IPv6 loopback' {
        $null = Open-Echo $sandbox 7004 '::1'
        $job = Connect-E2BPort $sandbox 7004 -LocalPort 0 -AsJob
        [E2BTests.Peer]::Echo((Receive-Job $job).LocalPort, 100) | Should -BeTrue
    }

    It 'warns once when nothing listens, breaks the connection, and works when something does' {
        $job = Connect-E2BPort $sandbox 7005 -LocalPort 0 -AsJob
        $port = (Receive-Job $job).LocalPort
        foreach ($i in 1..3) { [E2BTests.Peer]::EndOfNew($port) | Should -BeExactly 'ConnectionReset' }
        Wait-Until { $job.Warning.Count }
        $null = Open-Echo $sandbox 7005
        [E2BTests.Peer]::Echo($port, 100) | Should -BeTrue
        $job.Warning.Count | Should -Be 1
        $job.Warning[0].Message | Should -BeLike "Nothing listens on port 7005 in the sandbox $($sandbox.SandboxId)*"
        $job.State | Should -Be 'Running'
    }

    It 'works with Python where there is no Perl, and says so where there is neither' {
        $own = New-E2BSandbox
        try {
            $null = Open-Echo $own 7000
            $job = Connect-E2BPort $own 7000 -LocalPort 0 -AsJob
            $port = (Receive-Job $job).LocalPort
            $null = Invoke-E2BCommand $own 'rm -f $(command -v perl)' -User root -ErrorAction Stop
            [E2BTests.Peer]::Echo($port, 8MB) | Should -BeTrue
            [E2BTests.Peer]::Echo($port, 1000, 10) | Should -Not -Contain $false
            $client = [E2BTests.Peer]::Connect($port)
            $null = $client.Client.Send([byte[]](65)); $null = $client.Client.Receive([byte[]]::new(1))
            $null = Invoke-E2BCommand $own ': > /tmp/ends'
            $client.Client.Close(0)
            Wait-Until { (Get-E2BFile $own /tmp/ends) -eq 'ConnectionResetError' }
            $null = Invoke-E2BCommand $own 'mv /usr/bin/python3 /usr/bin/python-gone' -User root -ErrorAction Stop
            [E2BTests.Peer]::EndOfNew($port) | Should -BeExactly 'ConnectionReset'
            $null = Wait-Job $job -Timeout 30
            $job.State | Should -Be 'Failed'
            $job.Error[0].FullyQualifiedErrorId | Should -BeLike 'E2BTemplateFailed*'
        }
        finally { Remove-E2BSandbox $own }
    }

    It 'refuses a port that is taken, and what is no port' {
        $taken = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0); $taken.Start()
        try {
            { Connect-E2BPort $sandbox 7000 -LocalPort $taken.LocalEndpoint.Port -ErrorAction Stop } |
                Should -Throw -ErrorId 'E2BLocalPortUnavailable,*' -ExpectedMessage "*$($taken.LocalEndpoint.Port)*taken*"
            $caught = try { Connect-E2BPort $sandbox 7000 -LocalPort $taken.LocalEndpoint.Port -AsJob -ErrorAction Stop } catch [E2B.LocalPortException] { $_.Exception.Port }
            $caught | Should -Be $taken.LocalEndpoint.Port
        }
        finally { $taken.Stop() }
        { Connect-E2BPort $sandbox 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Connect-E2BPort $sandbox 7000 -LocalPort 65536 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Connect-E2BPort $sandbox 7000, 7001 } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { $sandbox, $sandbox | Connect-E2BPort -Port 7000 } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
        { Connect-E2BPort $sandbox } | Should -Throw -ErrorId 'E2BNoPort,*'
        Get-Job | Should -BeNullOrEmpty
    }
}

Describe 'The end of a tunnel' {
    BeforeEach { $null = Invoke-E2BCommand $sandbox ': > /tmp/ends' }
    AfterEach { Get-Job | Remove-Job -Force }

    It 'comes with Ctrl+C within 2 s, and leaves nothing in the sandbox' {
        $pipeline = [PowerShell]::Create()
        $open = @()
        try {
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $null = $pipeline.AddScript({ param($module, $sandbox) Import-Module $module; Connect-E2BPort $sandbox 7000 -LocalPort 0 }).AddArgument($module).AddArgument($sandbox)
            $null = $pipeline.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
            Wait-Until { $output.Count }
            $port = $output[0].LocalPort
            $open = 1..10 | ForEach-Object { [E2BTests.Peer]::Connect($port) }
            foreach ($one in $open) { $null = $one.Client.Send([byte[]](65)) }
            foreach ($one in $open) { $one.Client.Receive([byte[]]::new(1)) | Should -Be 1 }
            Get-RelayCount $sandbox | Should -Be 10
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
            foreach ($one in $open) { [E2BTests.Peer]::EndOf($one) | Should -BeExactly 'ConnectionReset' }
            Wait-Until { (Get-RelayCount $sandbox) -eq 0 }
            Wait-Until { (Get-End).Count -eq 10 }
            Get-End | Sort-Object -Unique | Should -BeExactly 'ConnectionResetError'
        }
        finally { $open | ForEach-Object Dispose; $pipeline.Dispose() }
    }

    It 'comes with Stop-Job' {
        $job = Connect-E2BPort $sandbox 7000 -LocalPort 0 -AsJob
        $open = [E2BTests.Peer]::Connect((Receive-Job $job).LocalPort)
        $null = $open.Client.Send([byte[]](65)); $null = $open.Client.Receive([byte[]]::new(1))
        Get-RelayCount $sandbox | Should -Be 1
        Stop-Job $job
        Get-RelayCount $sandbox | Should -Be 0
        [E2BTests.Peer]::EndOf($open) | Should -BeExactly 'ConnectionReset'
    }

    It 'comes when nobody wants more, and what runs downstream can use it before' {
        Connect-E2BPort $sandbox 7000 -LocalPort 0 | ForEach-Object { [E2BTests.Peer]::Echo($_.LocalPort, 5000) } | Select-Object -First 1 | Should -BeTrue
        $tunnel = Connect-E2BPort $sandbox 7000 -LocalPort 0 | Select-Object -First 1
        { [E2BTests.Peer]::Connect($tunnel.LocalPort) } | Should -Throw '*refused*'
        Wait-Until { (Get-RelayCount $sandbox) -eq 0 }
    }

    It 'comes with the sandbox, as an error, when somebody is connected or connects' {
        $own = New-E2BSandbox
        $null = Open-Echo $own 7000
        $job = Connect-E2BPort $own 7000 -LocalPort 0 -AsJob
        $idle = Connect-E2BPort $own 7000 -LocalPort 0 -AsJob
        $port = (Receive-Job $idle).LocalPort
        $open = [E2BTests.Peer]::Connect((Receive-Job $job).LocalPort)
        $null = $open.Client.Send([byte[]](65)); $null = $open.Client.Receive([byte[]]::new(1))
        Remove-E2BSandbox $own
        [E2BTests.Peer]::EndOf($open) | Should -BeExactly 'ConnectionReset'
        $null = Wait-Job $job -Timeout 60
        $job.State | Should -Be 'Failed'
        $job.Error[0].FullyQualifiedErrorId | Should -Match '^E2BSandbox(Ended|NotFound)'
        [E2BTests.Peer]::EndOfNew($port) | Should -BeExactly 'ConnectionReset'
        $null = Wait-Job $idle -Timeout 60
        $idle.State | Should -Be 'Failed'
        $idle.Error[0].FullyQualifiedErrorId | Should -Match '^E2BSandbox(Ended|NotFound)'
    }
}

# What a broken connection does to a running command: a proxy between the module and the server is cut on purpose.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/CuttingProxy.ps1"
    $sandbox = New-E2BSandbox
    $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"

    # Runs a command through the proxy in a runspace of its own, so that this one can meanwhile cut it.
    function Invoke-Through([CuttingProxy] $Proxy, [string] $Command) {
        $pipeline = [PowerShell]::Create()
        $null = $pipeline.AddScript({
                param($module, $id, $url, $key, $api, $command)
                Import-Module $module
                Connect-E2B -ApiKey $key -ApiUrl $api -SandboxUrl $url
                Invoke-E2BCommand $id $command
                "exit $LASTEXITCODE"
            }).AddArgument($module).AddArgument($sandbox.SandboxId).AddArgument($Proxy.Url).AddArgument($env:E2B_API_KEY).AddArgument($env:E2B_API_URL).AddArgument($Command)
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $running = $pipeline.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
        [pscustomobject]@{ Pipeline = $pipeline; Output = $output; Running = $running }
    }
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'A connection that breaks while a command runs' {
    BeforeEach { $proxy = [CuttingProxy]::new(([uri]$env:E2B_SANDBOX_URL).Port) }
    AfterEach { $proxy.Dispose() }

    It 'is made again: no exit code is lost, and the person is told that output may be missing' {
        $run = Invoke-Through $proxy 'echo before; until [ -e /tmp/fault-go ]; do sleep 0.05; done; echo after; exit 3'
        try {
            Wait-Until { $run.Output.Count -gt 0 }
            $proxy.Cut()
            Wait-Until { $run.Pipeline.Streams.Warning.Count -gt 0 }
            Set-E2BFile $sandbox /tmp/fault-go ''
            Wait-Until { $run.Running.IsCompleted }
            $run.Output | Should -Be @('before', 'after', 'exit 3')
            "$($run.Pipeline.Streams.Warning)" | Should -BeLike '*may be missing*'
        }
        finally { $run.Pipeline.Dispose() }
    }

    It 'ends with an error that says so when it cannot be made again' {
        $run = Invoke-Through $proxy 'echo before; exec sleep 6543'
        try {
            Wait-Until { $run.Output.Count -gt 0 }
            $proxy.Refuses = $true
            $proxy.Cut()
            $limit = [DateTime]::UtcNow.AddSeconds(40)
            while (-not $run.Running.IsCompleted -and [DateTime]::UtcNow -lt $limit) { [Threading.Thread]::Sleep(50) }
            $run.Running.IsCompleted | Should -BeTrue
            $run.Pipeline.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'E2BUnreachable,*'
            $run.Output | Select-Object -Last 1 | Should -Be 'exit -1'
        }
        finally {
            $run.Pipeline.Dispose()
            Get-E2BProcess $sandbox | Stop-E2BProcess
        }
    }

    It 'ends with an error that says so when the sandbox has gone' {
        $gone = New-E2BSandbox
        Invoke-E2BCommand $gone 'true'
        $job = Invoke-E2BCommand $gone 'echo up; exec sleep 300' -AsJob
        Wait-Until { $job.Output.Count -gt 0 }
        Remove-E2BSandbox $gone
        $job | Wait-Job -Timeout 40 | Should -Not -BeNullOrEmpty
        $job.State | Should -Be 'Failed'
        $job.Error[0].FullyQualifiedErrorId | Should -Match '^E2B(SandboxEnded|SandboxNotFound)'
        Remove-Job $job
    }
}

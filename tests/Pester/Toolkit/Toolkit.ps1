# What each line of the toolkit's table must do. $out is what the line wrote, $folder the folder it ran in.
@{
    'SandboxManager(api_key)' = {
        (Get-E2BConnection).HasApiKey | Should -BeTrue
        (Get-E2BConnection).Settings | Where-Object Name -eq ApiKey | ForEach-Object Source | Should -Match 'Connect-E2B|param|argument'
    }
    'SandboxManager(default_timeout, default_options)' = {
        $out[0].Metadata['app'] | Should -BeExactly 'agent'
        ($out[0].EndAt - $out[0].StartedAt).TotalSeconds | Should -Be 360
    }
    'SandboxManager.create' = {
        $out[0].Metadata['app'] | Should -BeExactly 'agent'
        Invoke-E2BCommand $out[0] 'echo up' | Should -BeExactly 'up'
    }
    'SandboxManager.connect' = {
        $out[0].SandboxId | Should -BeExactly $sandbox.SandboxId
        Invoke-E2BCommand $out[0] 'echo here' | Should -BeExactly 'here'
    }
    'SandboxManager.shutdown' = { Test-E2BSandbox $own | Should -BeFalse }
    'E2BToolkit(sandbox_manager)' = 'no line'
    'E2BToolkit(auto_create_default)' = @{
        Then = {
            $out | Should -BeExactly 'in a new one'
            (Get-E2BDefault).Sandbox.SandboxId | Should -Not -BeIn @($sandbox.SandboxId, $interpreters.SandboxId)
            Remove-E2BSandbox (Get-E2BDefault).Sandbox
        }
    }
    'E2BToolkit(global_workers)' = { (Get-E2BDefault).ThrottleLimit | Should -Be 10 }
    'run_python_code' = {
        $out[0].StandardOutput | Should -BeExactly "Hello, world!`n"
        $out[0].Succeeded | Should -BeTrue
        $out[0].SandboxId | Should -BeExactly $code.SandboxId
    }
    'run_python_code_background' = {
        $out[0] | Should -BeOfType ([System.Management.Automation.Job])
        Get-Job -Name answer | Wait-Job -Timeout 60 | Receive-Job | Should -BeExactly '42'
        (Get-Job -Name answer).State | Should -Be 'Completed'
    }
    'run_in_all_sandboxes' = {
        $out.SandboxId | Sort-Object | Should -BeExactly @($interpreters.SandboxId | Sort-Object)
        $out.Text | Should -BeExactly $out.SandboxId -Because 'each result is of the sandbox that it names'
    }
    'run_command' = {
        $out[0].StandardOutput, $out[0].ExitCode, $out[0].SandboxId | Should -BeExactly @("hello`n", 0, $sandbox.SandboxId)
    }
    'run_command(background=True)' = {
        $out[0].Name | Should -Not -BeNullOrEmpty -Because 'an id is made up'
        Get-Job -Id $out[0].Id | Wait-Job -Timeout 60 | Receive-Job | Should -BeExactly 'hello'
    }
    'run_command_background' = {
        Get-Job -Name build | Wait-Job -Timeout 60 | Receive-Job | Should -BeExactly 'built'
    }
    'upload_file' = { Get-E2BFile $sandbox /home/user/data.csv | Should -BeExactly @('name,count', 'pear,3') }
    'download_file_from_sandbox' = {
        Get-Content "$folder/hostname" | Should -BeExactly (Invoke-E2BCommand $sandbox 'cat /etc/hostname')
    }
    'download_png_result' = {
        $png = [IO.File]::ReadAllBytes("$folder/chart.png")
        $png[0..7] | Should -Be @(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
        $size = 16, 20 | ForEach-Object { [Buffers.Binary.BinaryPrimitives]::ReadInt32BigEndian([byte[]]$png[$_..($_ + 3)]) }
        $size[0] | Should -BeGreaterThan 100
        $size[1] | Should -BeGreaterThan 100
    }
    'download_chart_data' = {
        $chart = Get-Content -Raw "$folder/chart.json" | ConvertFrom-Json
        $chart.type | Should -BeExactly 'line'
        Import-Csv "$folder/points.csv" | ForEach-Object { [int]$_.X, [int]$_.Y -join ',' } | Should -BeExactly @('1,4', '2,5', '3,6')
    }
    'download_chart_data(add_as_artifact)' = 'no line'
    'get_public_url' = {
        $out[0].Port | Should -Be 8080
        $server = Start-E2BWebServer $sandbox 'python3 -m http.server 8080' -Port 8080 -Wait -ErrorAction Stop
        try { (Invoke-WebRequest $out[0].Uri).StatusCode | Should -Be 200 } finally { Stop-E2BProcess $server.Process }
    }
    'run_server' = {
        (Invoke-WebRequest $out[0].Url).StatusCode | Should -Be 200
        Stop-E2BProcess $out[0].Process
    }
    'get_job_status: running' = { $out | Should -Be 'Running' }
    'get_job_status: done' = { $out | Should -Be 'Completed' }
    'get_job_status: error' = {
        $out | Should -Be 'Failed'
        { Get-Job -Name build | Receive-Job -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCommandFailed*'
    }
    'get_job_status: cancelled' = { $out | Should -Be 'Stopped' }
    'get_job_status: not_found' = {
        $out | Should -BeExactly 'NotFound'
        { Get-Job -Name nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'JobWithSpecifiedNameNotFound,*'
    }
    'kill_job' = {
        (Get-Job -Name build).State | Should -Be 'Stopped'
        Wait-Until { -not (Test-Running $sandbox 'sleep 424[2]') }
    }
    'create_sandbox' = {
        (Get-E2BSandbox $out[0].SandboxId).Metadata['app'] | Should -BeExactly 'agent'
        ($out[0].EndAt - $out[0].StartedAt).TotalSeconds | Should -Be 600
    }
    'create_sandbox(set_as_default)' = {
        $out | Should -BeExactly 'in the default one'
        (Get-E2BDefault).Sandbox.SandboxId | Should -Not -BeIn @($sandbox.SandboxId, $interpreters.SandboxId)
    }
    'list_managed_sandboxes' = { @($sandbox.SandboxId) + $interpreters.SandboxId | Should -BeIn $out.SandboxId }
    'shutdown_sandbox' = { Test-E2BSandbox $own | Should -BeFalse }
    'shutdown_sandbox(None)' = {
        Test-E2BSandbox $own | Should -BeFalse
        (Get-E2BDefault).Sandbox | Should -BeNullOrEmpty
    }
    'shutdown_all_sandboxes' = @{
        # What a session manages is its own: this one's go on.
        InSession = { New-E2BSandbox -Count 2 -Metadata @{ session = 'other' } }
        Then = {
            Get-E2BSandbox -Metadata @{ session = 'other' } -State All | Should -BeNullOrEmpty
            Test-E2BSandbox $sandbox | Should -BeTrue
        }
    }
}

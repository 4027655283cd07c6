# What each line of the CLI's table must do. $out is what the line wrote, $folder the folder it ran in, and $HOME too.
@{
    'e2b auth login' = {
        Disconnect-E2B
        $stored = Get-Content -Raw "$folder/.e2b/powershell.json" | ConvertFrom-Json
        $stored.profiles.default.apiKey | Should -BeExactly $env:E2B_API_KEY
    }
    'e2b auth logout' = {
        (Get-Content -Raw "$folder/.e2b/powershell.json" | ConvertFrom-Json).profiles.default | Should -BeNullOrEmpty
    }
    'e2b auth info' = {
        $out[0].ApiUrl | Should -Be ([uri]$env:E2B_API_URL)
        $out[0].HasApiKey | Should -BeTrue
    }
    'e2b auth configure' = @{
        Before = {
            $null = New-Item -ItemType Directory "$folder/.e2b"
            @{ version = 2; projectName = 'Research'; projectId = 'id-7'; projectApiKey = 'e2b_' + '1a' * 20 } | ConvertTo-Json | Set-Content "$folder/.e2b/config.json"
            chmod 600 "$folder/.e2b/config.json"
        }
        Then = { (Get-E2BConnection).Project | Should -BeExactly 'Research' }
    }
    'e2b sandbox create' = @{
        AtTerminal = $true
        Then = { "$out" | Should -Match '(?m)^in it\r?$' }
    }
    'e2b sandbox connect' = @{
        AtTerminal = $true
        Then = { "$out" | Should -Match '(?m)^in it\r?$' }
    }
    'e2b sandbox info' = {
        $shown = $out | Out-String
        $shown | Should -Match "(?m)^SandboxId\s+: $($sandbox.SandboxId)\r?$"
        $shown | Should -Match '(?m)^State\s+: Running\r?$'
    }
    'e2b sandbox list' = { @($sandbox.SandboxId) + $interpreters.SandboxId | Should -BeIn $out.SandboxId }
    'e2b sandbox kill' = { Test-E2BSandbox $own | Should -BeFalse }
    'e2b sandbox pause' = { (Get-E2BSandbox $own.SandboxId).State | Should -Be 'Paused' }
    'e2b sandbox resume' = {
        (Get-E2BSandbox $own.SandboxId).State | Should -Be 'Running'
        Invoke-E2BCommand $own 'echo on' | Should -BeExactly 'on'
    }
    'e2b sandbox logs' = { $out.Message | Should -Contain 'Sandbox created' }
    'e2b sandbox metrics' = {
        $out[0].SandboxId | Should -BeExactly $sandbox.SandboxId
        $out[0].CpuCount | Should -Be 2
    }
    'e2b sandbox exec' = { $out | Should -BeExactly 'me /tmp' }
    'e2b sandbox snapshot create' = {
        Invoke-E2BCommand (New-E2BSandbox by-hand) 'echo from it' | Should -BeExactly 'from it'
    }
    'e2b sandbox snapshot list' = { $out.SnapshotId | Should -BeExactly $snapshot.SnapshotId }
    'e2b sandbox snapshot delete' = { (Get-E2BSnapshot).SnapshotId | Should -Not -Contain $snapshot.SnapshotId }
    'e2b template create' = { Invoke-E2BCommand (New-E2BSandbox $out[-1]) 'cat /made' | Should -BeExactly 'of a file' }
    'e2b template list' = { 'base', 'code-interpreter-v1' | Should -BeIn $out.Name }
    'e2b template init' = { "$folder/my-app/template.ps1" | Should -Exist }
    'e2b template delete' = { Test-E2BTemplate short-lived | Should -BeFalse }
    'e2b template publish' = { (Get-E2BTemplate $build).IsPublic | Should -BeTrue }
    'e2b template unpublish' = { (Get-E2BTemplate $build).IsPublic | Should -BeFalse }
    'e2b template migrate' = {
        $out[0].Name, $out[0].CpuCount | Should -BeExactly @('polars', 2)
        $out[0].Steps | ForEach-Object { "$_" } | Should -Contain 'RUN pip install polars'
    }
    'e2b help' = { "$out" | Should -Match 'about_E2B' }
}

# Runs every line of docs/toolkit.md. What a line must do is written in Toolkit/, by the first name of its row.
BeforeDiscovery {
    . "$PSScriptRoot/Toolkit/Page.ps1"
    $rows = (Read-ToolkitPage).Rows
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/Toolkit/Page.ps1"
    $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path
    $page = Read-ToolkitPage
    $expectations = @{}
    foreach ($file in 'Toolkit', 'Sdk', 'Template', 'Cli') { $expectations += & "$PSScriptRoot/Toolkit/$file.ps1" }
    $savedHome = $env:HOME

    # What a command says in the sandbox that the lines work on.
    function Get-Said([string] $Command) { Invoke-E2BCommand $sandbox $Command -ErrorAction Stop }

    # A repository with one commit on main and a bare remote origin; returns its path.
    function Add-Repository {
        $path = "/home/user/repo-$([guid]::NewGuid().ToString('n'))"
        Get-Said "git init -q --bare -b main $path.git && git clone -q $path.git $path 2>/dev/null && cd $path && git config user.name Me && git config user.email me@example.com && echo one > file && git add . && git commit -qm first && git push -q -u origin HEAD:main 2>/dev/null"
        $path
    }

    # Runs a script as a session of its own would.
    function Invoke-InSession([scriptblock] $Before, [string] $Script) {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('param($module) Import-Module $module').AddArgument($module).Invoke()
            foreach ($one in "$Before", $Script) {
                $shell.Commands.Clear()
                $shell.AddScript($one).Invoke()
            }

            $shell.Streams.Error
        }
        finally { $shell.Dispose() }
    }

    # Runs a script in a PowerShell that has a terminal, and returns what that terminal showed.
    function Invoke-AtTerminal([string] $Script) {
        Set-Content "$folder/at-terminal.ps1" "Import-Module '$module'; `$sandbox = '$($sandbox.SandboxId)'; $Script"
        $null | script -qec "pwsh -NoProfile -File '$folder/at-terminal.ps1'" "$folder/typescript" > $null
        [IO.File]::ReadAllText("$folder/typescript") -replace '\x1b(\[[0-?]*[ -/]*[@-~]|[=>])'
    }

    # What others have made by way of a proxy that is gone cannot be asked for any more.
    $null = Get-E2BSandbox -Managed -ErrorAction SilentlyContinue -ErrorVariable lost
    $lost.TargetObject | ForEach-Object { "$($_.SandboxId ?? $_)" } | Where-Object { $_ } | Remove-E2BSandbox -ErrorAction SilentlyContinue

    Push-Location $TestDrive
    try { . ([scriptblock]::Create($page.SetUp)) 6>$null } finally { Pop-Location }
}

AfterAll {
    $env:HOME = $savedHome
    Get-E2BSandbox -State All | Remove-E2BSandbox
    Get-E2BSnapshot | Remove-E2BSnapshot -Force
    Get-E2BTemplate | Where-Object Name -notin 'base', 'code-interpreter-v1' | Remove-E2BTemplate -Force
}

Describe 'docs/toolkit.md' {
    It 'has rows enough, each name once' {
        $names = $page.Rows | ForEach-Object { $_.Names }
        $names.Count | Should -BeGreaterThan 150
        $names | Group-Object | Where-Object Count -gt 1 | ForEach-Object Name | Should -BeNullOrEmpty
    }

    It 'has a row for each expectation' {
        $expectations.Keys | Where-Object { $_ -notin $page.Rows.Name } | Should -BeNullOrEmpty
    }
}

Describe 'The line of' {
    BeforeEach {
        $folder = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid().ToString('n'))").FullName
        Set-Content "$folder/data.csv" 'name,count', 'pear,3'
        $env:HOME = $folder
        Push-Location $folder
    }

    AfterEach {
        Pop-Location
        $env:HOME = $savedHome
        Get-Job | Remove-Job -Force
        Set-E2BDefault -Sandbox $null -TimeoutSec $null -Metadata $null -ThrottleLimit $null -AutoCreateSandbox:$false
        Disconnect-E2B
        foreach ($one in $own, $process, $ticker, $terminal, $snapshot) {
            if ($one -is [E2B.Sandbox]) { $one | Remove-E2BSandbox -ErrorAction SilentlyContinue }
            elseif ($one -is [E2B.SnapshotInfo]) { $one | Remove-E2BSnapshot -Force -ErrorAction SilentlyContinue }
            elseif ($one) { $one | Stop-E2BProcess -ErrorAction SilentlyContinue }
        }
    }

    It '<Name>' -ForEach $rows {
        $expected = $expectations[$Name]
        $expected | Should -Not -BeNullOrEmpty -Because 'each row has an expectation in Toolkit/'
        if (-not $Lines) {
            $expected | Should -BeExactly 'no line'
            $Remarks.Length | Should -BeGreaterThan 40 -Because 'a row without a line says why'
            return
        }

        if ($expected -is [scriptblock]) { $expected = @{ Then = $expected } }
        $expected | Should -BeOfType ([hashtable])
        $line = $Lines -join "`n"
        foreach ($variable in $page.Anew.Keys) {
            if ($line -match "\`$\{?$variable\b") { Set-Variable $variable (. ([scriptblock]::Create($page.Anew[$variable]))) }
        }

        if ($expected.Before) { . $expected.Before }
        $records = @(
            if ($expected.InSession) { Invoke-InSession $expected.InSession $line }
            elseif ($expected.AtTerminal) { Invoke-AtTerminal $line }
            else { . ([scriptblock]::Create($line)) 2>&1 6>$null }
        )
        $records | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty -Because 'the line writes no error'
        $out = $records
        . $expected.Then
    }
}

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path

    # The manifest as it is built: it names files that lie beside it only there.
    $files = Get-ChildItem $root -Recurse -File -Include *.ps1, *.psm1, *.psd1 |
        ForEach-Object { [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/') } |
        Where-Object { $_ -notmatch '(^|/)(out|bin|obj|node_modules)/' -and $_ -ne 'E2B.psd1' } | Sort-Object
    $files = @($files) + 'out/E2B/E2B.psd1' | ForEach-Object { @{ File = $_ } }
}

Describe 'PSScriptAnalyzer' {
    BeforeAll {
        $root = (Resolve-Path "$PSScriptRoot/../..").Path
        $settings = "$root/PSScriptAnalyzerSettings.psd1"
    }

    It 'has its settings' {
        $settings | Should -Exist
        (Import-PowerShellDataFile $settings).Rules.Keys | Should -Not -BeNullOrEmpty
    }

    It 'finds nothing in <File>' -ForEach $files {
        if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
            Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not installed: Install-PSResource PSScriptAnalyzer'
            return
        }

        Invoke-ScriptAnalyzer -Path "$root/$File" -Settings $settings |
            ForEach-Object { '{0}:{1}: {2}: {3}' -f $File, $_.Line, $_.RuleName, $_.Message } | Should -BeNullOrEmpty
    }
}

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/build/HelpPages.psm1" -Force
    $cmdlets = (Get-Module E2B).ExportedCmdlets.Keys | Sort-Object | ForEach-Object { @{ Name = $_ } }
    $pages = Get-ChildItem "$root/docs/cmdlets/*-*.md" | ForEach-Object { Read-HelpPage $_.FullName }
    $examples = foreach ($page in $pages) {
        foreach ($example in $page.Examples) {
            @{ Cmdlet = $page.Name; Title = $example.Title; Code = $example.Code }
        }
    }
}

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/build/HelpPages.psm1" -Force

    # Examples say so themselves when they need what a test has not: CONTRIBUTING.md, "Examples".
    function Test-ParsedOnly([string] $Code) { $Code -match '(?m)^# Needs ' }

    function Get-ParseError([string] $Code) {
        $errors = $null
        $null = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
        $errors
    }

    # Runs code as a person at a fresh prompt would, in a folder of its own; what it complains about comes back.
    function Invoke-Example([string[]] $Code, [string] $Location) {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('
                param($module, $location, $data, $sandbox)
                Import-Module $module
                Set-Location -LiteralPath $location
                $PSDefaultParameterValues["Start-E2BLocalServer:DataDirectory"] = $data
                Set-Variable sandbox $sandbox -Scope Global').AddArgument("$root/out/E2B/E2B.psd1").AddArgument($Location).
            AddArgument((Join-Path $TestDrive "server-$([guid]::NewGuid().ToString('n').Substring(0, 8))")).AddArgument((New-E2BSandbox -Metadata @{ app = 'ci' }))
            $null = $shell.Invoke()
            foreach ($block in $Code) {
                $shell.Commands.Clear()
                $null = $shell.AddScript($block)
                $started = $shell.BeginInvoke()
                if (-not $started.AsyncWaitHandle.WaitOne(60000)) {
                    $shell.Stop()
                    return "did not end within 60 s: $block"
                }
                try { $null = $shell.EndInvoke($started) } catch { return "$block`n$($_.Exception.InnerException ?? $_)" }
                if ($shell.HadErrors -and $shell.Streams.Error.Count) { return "$block`n$($shell.Streams.Error -join "`n")" }
            }
        }
        finally {
            # Removing the module ends a server that the example started.
            $shell.Commands.Clear()
            $null = $shell.AddScript('Remove-Module E2B').Invoke()
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }
}

Describe 'The pages in docs/cmdlets' {
    Context '<Name>' -ForEach $cmdlets {
        BeforeAll {
            $file = "$root/docs/cmdlets/$Name.md"
            $page = if (Test-Path $file) { Read-HelpPage $file }
        }

        It 'is there, with synopsis, description and two examples at least' {
            $page | Should -Not -BeNullOrEmpty
            $page.Text | Should -Not -Match '\{\{'
            $page.Synopsis | Should -Match '^[A-Z].*\.$'
            $page.Description.Length | Should -BeGreaterThan 100
            $page.Examples.Count | Should -BeGreaterOrEqual 2
            foreach ($example in $page.Examples) {
                $example.Code | Should -Not -BeNullOrEmpty -Because $example.Title
                $example.Explanation | Should -Match '\.$' -Because $example.Title
            }
        }

        It 'describes every parameter' {
            foreach ($parameter in $page.Parameters) {
                $parameter.Description | Should -Match '^[A-Z].{10,}\.$' -Because "-$($parameter.Name) is described in sentences"
            }
        }

        It 'agrees with the cmdlet about parameters, sets, positions and pipeline' {
            Compare-HelpPage $page (Get-Command $Name -Module E2B) | Should -BeNullOrEmpty
        }

        It 'is on the page of the module' {
            [IO.File]::ReadAllText("$root/docs/cmdlets/E2B.md") | Should -Match ([regex]::Escape("[$Name]($Name.md)`n`n$($page.Synopsis)`n"))
        }

        It 'links to pages that are there' {
            foreach ($link in [regex]::Matches($page.Text, '\]\(([^)#]+)\)').ForEach{ $_.Groups[1].Value } -notmatch '^https?:') {
                Join-Path "$root/docs/cmdlets" $link | Should -Exist
            }
        }

        It 'is what Get-Help shows' {
            $help = Get-Help $Name -Full
            $help.Synopsis.Trim() | Should -BeExactly $page.Synopsis
            @($help.examples.example).Count | Should -Be $page.Examples.Count
            @($help.examples.example)[0].code | Should -BeExactly $page.Examples[0].Code
            @($help.parameters.parameter.name | Where-Object { $_ }) | Sort-Object | Should -Be @($page.Parameters.Name | Sort-Object)
        }
    }

    It 'are about cmdlets that are there' {
        (Get-ChildItem "$root/docs/cmdlets/*-*.md").BaseName | Where-Object { -not (Get-Command $_ -Module E2B -ErrorAction Ignore) } |
            Should -BeNullOrEmpty
    }
}

Describe 'The help file in docs/help' {
    It 'is what the pages give' {
        if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object Version -ge '1.0')) {
            Set-ItResult -Skipped -Because 'PlatyPS 1.0 is not installed: Install-PSResource Microsoft.PowerShell.PlatyPS'
            return
        }

        # In a process of its own: PlatyPS brings libraries that this one need not load.
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File "$root/build/docs.ps1" -Destination "$TestDrive/help" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        $name = 'E2B.PowerShell.dll-Help.xml'
        [IO.File]::ReadAllText("$TestDrive/help/$name") -ceq [IO.File]::ReadAllText("$root/docs/help/$name") |
            Should -BeTrue -Because 'the pages have changed since: run ./build.sh docs and commit what it makes'
    }

    It 'has line ends of LF only' {
        [IO.File]::ReadAllText("$root/docs/help/E2B.PowerShell.dll-Help.xml") | Should -Not -Match "`r"
    }
}

Describe 'The examples' {
    BeforeAll {
        $folder = New-Item -ItemType Directory "$TestDrive/examples"
        Set-Content "$folder/data.csv" 'name,count', 'pear,3'

        # Runspaces of ForEach-Object -Parallel find the module as an installed one is found.
        $modulePath = $env:PSModulePath
        $env:PSModulePath = "$root/out$([IO.Path]::PathSeparator)$modulePath"
        $variables = 'E2B_API_URL', 'E2B_SANDBOX_URL', 'E2B_API_KEY'
        $environment = @{}
        $variables | ForEach-Object { $environment[$_] = [Environment]::GetEnvironmentVariable($_) }
    }

    AfterEach {
        $environment.GetEnumerator() | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Key, $_.Value) }
        Get-E2BSandbox | Remove-E2BSandbox -ErrorAction SilentlyContinue
    }

    AfterAll { $env:PSModulePath = $modulePath }

    It '<Cmdlet>, <Title>' -ForEach $examples {
        Get-ParseError $Code | Should -BeNullOrEmpty
        if (-not (Test-ParsedOnly $Code)) {
            Invoke-Example $Code $folder | Should -BeNullOrEmpty
        }
    }

    It 'are hardly ever only parsed' {
        $parsed = @(Get-ChildItem "$root/docs/cmdlets/*-*.md" | ForEach-Object { (Read-HelpPage $_.FullName).Examples.Code } | Where-Object { Test-ParsedOnly $_ })
        $parsed.Count | Should -BeLessOrEqual 3
    }

    It 'of README.md run, one after the other' {
        $blocks = [regex]::Matches([IO.File]::ReadAllText("$root/README.md"), '(?ms)^```powershell\n(.*?)\n```$').ForEach{ $_.Groups[1].Value }
        $blocks | Should -Not -BeNullOrEmpty
        $blocks | ForEach-Object { Get-ParseError $_ } | Should -BeNullOrEmpty
        Invoke-Example @($blocks | Where-Object { -not (Test-ParsedOnly $_) }) $root | Should -BeNullOrEmpty
    }
}

Describe 'about_E2B' {
    It 'is found by Get-Help' {
        $text = Get-Help about_E2B | Out-String
        $text | Should -Match 'WHO STARTED IT ENDS IT'
    }

    It 'fits 80 columns' {
        [IO.File]::ReadAllLines("$root/docs/about/about_E2B.help.txt") | Where-Object Length -gt 79 | Should -BeNullOrEmpty
    }

    It 'and the architecture name every error id of the code' {
        $code = Get-ChildItem "$root/src/E2B.PowerShell" -Recurse -Filter *.cs | Where-Object FullName -notmatch '[\\/](bin|obj)[\\/]' |
            ForEach-Object { [IO.File]::ReadAllLines($_) } | Where-Object { $_ -notmatch '\[Cmdlet\(|cref=' }
        $ids = [regex]::Matches($code -join "`n", '"(E2B[A-Z]\w+)"').ForEach{ $_.Groups[1].Value } | Sort-Object -Unique
        $ids.Count | Should -BeGreaterThan 20
        foreach ($document in 'docs/about/about_E2B.help.txt', 'docs/architecture.md') {
            $text = [IO.File]::ReadAllText("$root/$document")
            $ids | Where-Object { $text -notmatch "\b$_\b" } | Should -BeNullOrEmpty -Because "$document names them all"
        }
    }
}

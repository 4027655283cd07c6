BeforeDiscovery {
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/../../E2B.psd1"
    $cmdlets = $manifest.CmdletsToExport
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $root = Resolve-Path "$PSScriptRoot/../.."
    $module = "$root/out/E2B/E2B.psd1"
    $old = "$root/tests/Pester/OldLibraries/bin/Release/net8.0"
}

Describe 'The module' {
    It 'has a valid manifest with the fields that the gallery wants' {
        $info = Test-ModuleManifest $module
        $info.Author, $info.CompanyName, $info.Description, $info.Copyright | Should -Not -BeNullOrEmpty
        $info.PowerShellVersion | Should -Be ([version]'7.4')
        $info.CompatiblePSEditions | Should -Be 'Core'
        $info.ProjectUri, $info.LicenseUri, $info.ReleaseNotes | Should -Not -BeNullOrEmpty
        $info.Tags | Should -Not -BeNullOrEmpty
    }

    It 'has one version everywhere' {
        $props = [xml](Get-Content "$root/Directory.Build.props" -Raw)
        @($props.Project.PropertyGroup.Version)[0] | Should -Be (Import-PowerShellDataFile "$root/E2B.psd1").ModuleVersion
    }

    It 'exports exactly the cmdlets that it has' {
        $all = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'E2B.PowerShell' })[0].GetExportedTypes() |
            ForEach-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) } |
            ForEach-Object { "$($_.VerbName)-$($_.NounName)" }
        (Get-Command -Module E2B).Name | Sort-Object | Should -Be ($all | Sort-Object)
    }

    It '<_> has an approved verb, a singular noun with the prefix, and says what it returns' -ForEach $cmdlets {
        $command = Get-Command $_
        (Get-Verb $command.Verb) | Should -Not -BeNullOrEmpty
        $command.Noun | Should -BeLike 'E2B*'
        $command.Noun | Should -Match '(ss|[^s])$'
        if ($command.Verb -in 'Get', 'New') { $command.OutputType | Should -Not -BeNullOrEmpty }
    }

    # Two of these return a definition of a template, and change nothing.
    It '<_> supports -WhatIf if it changes something' -ForEach ($cmdlets -match '^(New|Remove|Set|Start|Stop|Initialize)-' -notmatch '^(New-E2BTemplate|Set-E2BTemplateStart)$') {
        (Get-Command $_).Parameters.Keys | Should -Contain 'WhatIf'
    }

    It 'makes its types known by name' {
        [E2B.Sandbox].FullName | Should -Be 'E2B.Sandbox'
        function Get-Id([E2B.Sandbox] $Sandbox) { $Sandbox.SandboxId }
        $sandbox = New-E2BSandbox
        try {
            Get-Id $sandbox | Should -Be $sandbox.SandboxId
            $sandbox -is [E2B.Sandbox] | Should -BeTrue
        }
        finally { Remove-E2BSandbox $sandbox }
        $caught = try { Get-E2BSandbox -Id i0000000000000000000 -ErrorAction Stop } catch [E2B.SandboxNotFoundException] { 'caught' }
        $caught | Should -Be 'caught'
    }

    It 'takes the names back when it is removed, and can be imported again' {
        Invoke-Fresh @"
            Import-Module '$module'; 'E2B.Sandbox' -as [type] -ne `$null
            Remove-Module E2B;       'E2B.SandboxInfo' -as [type] -ne `$null  # another name: PowerShell remembers those it has looked up
            Import-Module '$module'; 'E2B.SandboxInfo' -as [type] -ne `$null; (Get-E2BDefault).ThrottleLimit
"@ | Should -Be @('True', 'False', 'True', '32')
    }

    It 'brings along what it needs and nothing else' {
        Get-ChildItem "$root/out/E2B/lib" -Name | Sort-Object | Should -Be @('E2B.Core.dll', 'E2B.Protocol.dll', 'Google.Protobuf.dll', 'Polly.Core.dll')
        Get-ChildItem "$root/out/E2B" -Name -File | Sort-Object | Should -Be @('E2B.Format.ps1xml', 'E2B.Loader.dll', 'E2B.PowerShell.dll', 'E2B.psd1', 'E2B.Types.ps1xml')
    }

    It 'keeps its names while another runspace has it' {
        Invoke-Fresh @"
            Import-Module '$module'
            Start-ThreadJob { Import-Module '$module'; Remove-Module E2B } | Wait-Job | Receive-Job
            'E2B.SandboxEntry' -as [type] -ne `$null
"@ | Should -Be 'True'
    }

    It 'loads nothing into the default load context but itself' {
        Invoke-Fresh @"
            Import-Module '$module'
            `$null = Get-E2BConnection
            [Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { `$_.GetName().Name } | Where-Object { `$_ -match 'E2B|Protobuf|Polly' }
"@ | Sort-Object | Should -Be @('E2B.Loader', 'E2B.PowerShell')
    }
}

Describe 'Beside other versions of its libraries' {
    BeforeAll {
        $use = @"
            `$sandbox = New-E2BSandbox
            'works: ' + (Invoke-E2BCommand `$sandbox 'echo yes')
            Remove-E2BSandbox `$sandbox
"@
        $load = "Get-ChildItem '$old' -Filter *.dll | Where-Object Name -in Google.Protobuf.dll, Polly.Core.dll | ForEach-Object { `$null = [Reflection.Assembly]::LoadFrom(`$_.FullName) }"
        $report = @"
            [Runtime.Loader.AssemblyLoadContext]::All | ForEach-Object { `$context = `$_; `$_.Assemblies } |
                ForEach-Object { `$_.GetName() } | Where-Object Name -in Google.Protobuf, Polly.Core |
                ForEach-Object { "`$(`$_.Name) `$(`$_.Version.Major).`$(`$_.Version.Minor)" } | Sort-Object
"@
        $both = @('Google.Protobuf 3.15', 'Google.Protobuf 3.25', 'Polly.Core 8.0', 'Polly.Core 8.0')
    }

    It 'works when they were loaded before' {
        Invoke-Fresh "$load; Import-Module '$module'; $use; $report" | Should -Be (@('works: yes') + $both)
    }

    It 'works when they are loaded after' {
        Invoke-Fresh "Import-Module '$module'; $use; $load; $use; $report" | Should -Be (@('works: yes', 'works: yes') + $both)
    }
}

Describe 'The gallery package' {
    BeforeAll {
        # Made by ./build.sh test before Pester runs, and by ./build.sh pack.
        $package = Get-Item "$root/out/packages/E2B.[0-9]*.nupkg"
        $place = Join-Path $TestDrive 'modules/E2B/0.1.0'
        [IO.Compression.ZipFile]::ExtractToDirectory($package.FullName, $place)
    }

    It 'has every field in its description' {
        $metadata = ([xml](Get-Content (Join-Path $place 'E2B.nuspec') -Raw)).package.metadata
        $info = Import-PowerShellDataFile $module
        $metadata.id | Should -Be 'E2B'
        $metadata.version | Should -Be $info.ModuleVersion
        $metadata.authors | Should -Be $info.Author
        $metadata.description | Should -Be $info.Description
        $metadata.copyright | Should -Be $info.Copyright
        $metadata.projectUrl | Should -Be $info.PrivateData.PSData.ProjectUri
        $metadata.releaseNotes | Should -Be $info.PrivateData.PSData.ReleaseNotes
        $tags = -split $metadata.tags
        $tags | Should -Contain 'PSModule'
        $tags | Should -Contain 'PSEdition_Core'
        foreach ($name in $info.CmdletsToExport) { $tags | Should -Contain "PSCmdlet_$name" }
    }

    It 'is imported from a fresh module path and works, its local server included' {
        $elsewhere = New-Item -ItemType Directory (Join-Path $TestDrive 'elsewhere')
        $data = Join-Path $TestDrive 'data'
        $output = Invoke-Fresh @"
            Set-Location '$elsewhere'
            Get-ChildItem Env:E2B_* | Remove-Item
            `$env:PSModulePath = '$TestDrive/modules' + [IO.Path]::PathSeparator + "`$PSHOME/Modules"
            Import-Module E2B
            (Get-Module E2B).ModuleBase
            Start-E2BLocalServer -DataDirectory '$data'; Connect-E2B -Local
            `$sandbox = New-E2BSandbox
            Invoke-E2BCommand `$sandbox 'echo from the package'
            Remove-E2BSandbox `$sandbox
            Stop-E2BLocalServer
            [AppDomain]::CurrentDomain.GetAssemblies().Location -like '$root/*'
"@
        $output | Should -Be @($place, 'from the package')
    }
}

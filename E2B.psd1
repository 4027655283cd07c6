@{
    RootModule           = 'E2B.PowerShell.dll'
    NestedModules        = @('E2B.Loader.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '6d6f7c52-0a4e-4f0a-9f0e-2f5e0c1b7a93'
    Author               = 'E2B for PowerShell contributors'
    CompanyName          = 'Community'
    Copyright            = '(c) E2B for PowerShell contributors. MIT licence.'
    Description          = 'E2B cloud sandboxes from PowerShell: isolated Linux machines that start in a fraction of a second and run commands, files and AI-generated code. Typed objects, streamed output, and a local server to try it all without an account.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('E2B.Types.ps1xml')
    FormatsToProcess     = @('E2B.Format.ps1xml')
    CmdletsToExport      = @(
        'Connect-E2B'
        'Disconnect-E2B'
        'Get-E2BConnection'
        'Test-E2BConnection'
        'Start-E2BLocalServer'
        'Stop-E2BLocalServer'
        'Get-E2BLocalServer'
        'New-E2BSandbox'
        'Get-E2BSandbox'
        'Set-E2BSandbox'
        'Get-E2BSandboxLog'
        'Get-E2BSandboxMetric'
        'Remove-E2BSandbox'
        'Use-E2BSandbox'
        'Test-E2BSandbox'
        'Wait-E2BSandbox'
        'Get-E2BSandboxUrl'
        'Connect-E2BPort'
        'Connect-E2BSandbox'
        'Suspend-E2BSandbox'
        'Resume-E2BSandbox'
        'Copy-E2BSandbox'
        'New-E2BSnapshot'
        'Get-E2BSnapshot'
        'Remove-E2BSnapshot'
        'Set-E2BDefault'
        'Get-E2BDefault'
        'Enter-E2BSandbox'
        'Invoke-E2BCommand'
        'Start-E2BProcess'
        'Get-E2BProcess'
        'Connect-E2BProcess'
        'Wait-E2BProcess'
        'Stop-E2BProcess'
        'Set-E2BProcess'
        'Send-E2BProcessInput'
        'Get-E2BFile'
        'Set-E2BFile'
        'Watch-E2BDirectory'
        'Sync-E2BDirectory'
        'Get-E2BChildItem'
        'Get-E2BItem'
        'Test-E2BPath'
        'New-E2BDirectory'
        'Copy-E2BItem'
        'Move-E2BItem'
        'Remove-E2BItem'
        'Get-E2BFileUrl'
        'Invoke-E2BGit'
        'Invoke-E2BCode'
        'New-E2BCodeContext'
        'Get-E2BCodeContext'
        'Remove-E2BCodeContext'
        'Restart-E2BCodeContext'
        'Save-E2BCodeResult'
        'Start-E2BWebServer'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('E2B', 'Sandbox', 'AI', 'Agent', 'CodeExecution', 'Cloud', 'Linux', 'Windows', 'MacOS')
            ProjectUri   = 'https://github.com/e2b-powershell/e2b-powershell'
            LicenseUri   = 'https://github.com/e2b-powershell/e2b-powershell/blob/main/LICENSE'
            ReleaseNotes = 'https://github.com/e2b-powershell/e2b-powershell/blob/main/CHANGELOG.md'
        }
    }
}

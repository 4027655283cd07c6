# Runs the Pester suite against a local server of its own.
#   -Report   a file for the counts: passed, failed, skipped
#   -Path     some test files instead of all
#   -Share    a part of the test files, such as 1/2: every second one, from the first on
#   -Scan     look for secrets in everything that the cmdlets write, with -Verbose and -Debug on; failed tests do not
#             count then, since some look at these streams
# Exit codes: 0 all passed, 1 some failed, 3 there is no Pester.
param(
    [string] $Report,
    [string[]] $Path = "$PSScriptRoot/*.Tests.ps1",
    [ValidatePattern('^\d+/\d+$')] [string] $Share = '1/1',
    [switch] $Scan
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module -ListAvailable -Name Pester | Where-Object Version -ge '5.0')) {
    exit 3
}

Import-Module Pester -MinimumVersion 5.0
. "$PSScriptRoot/CanaryScan.ps1"
$root = Resolve-Path "$PSScriptRoot/../.."
$data = Join-Path ([IO.Path]::GetTempPath()) "e2b-pester-$PID"

# What the person who runs this has set must neither help nor harm the tests.
Get-ChildItem Env:E2B_* | Where-Object Name -ne 'E2B_SOAK' | Remove-Item
$env:HOME = New-Item -ItemType Directory -Path (Join-Path $data 'home') -Force
$env:NO_COLOR = '1'

Import-Module "$root/out/E2B/E2B.psd1"
$server = Start-E2BLocalServer -DataDirectory (Join-Path $data 'server') -PassThru
try {
    $env:E2B_API_URL = $server.ApiUrl
    $env:E2B_SANDBOX_URL = $server.SandboxUrl
    $env:E2B_API_KEY = (Get-Content (Join-Path $server.DataDirectory 'api-key') -Raw).Trim()

    $configuration = New-PesterConfiguration
    $part, $parts = [int[]] ($Share -split '/')
    $files = @(Get-Item -Path $Path | Sort-Object FullName)
    $configuration.Run.Path = @(0..($files.Count - 1) | Where-Object { $_ % $parts -eq $part - 1 } | ForEach-Object { $files[$_].FullName })
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'Detailed'
    $canaries = Open-CanaryScan $data -AllStreams:$Scan
    $key = $env:E2B_API_KEY
    $result = Invoke-Pester -Configuration $configuration
    $shown = @(Complete-CanaryScan $canaries $key)
    $shown | ForEach-Object { Write-Host "SECRETS: $_" }

    # A file that cannot even be read or set up has failed as much as a test in it.
    $failed = $shown.Count
    if (-not $Scan) { $failed += $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount }
    if ($Report) {
        Set-Content -LiteralPath $Report -Value "$($result.PassedCount) $failed $($result.SkippedCount)"
    }
}
finally {
    Get-E2BSandbox | Remove-E2BSandbox -ErrorAction SilentlyContinue
    Stop-E2BLocalServer
    [IO.Directory]::Delete($data, $true)
}

exit [int]($failed -gt 0)

# The benchmarks: this SDK and this module against the official JavaScript SDK, and against PowerShell itself,
# on one local server, in turn. Prints medians with minimum and maximum, and the ratios that matter.
param(
    [int] $Rounds = 5,

    [ValidateSet('commands', 'files', 'edge', 'start', 'sandboxes')]
    [string[]] $Only = @('commands', 'files', 'edge', 'start', 'sandboxes')
)

$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/support.ps1"
Import-Module $module
$null = New-Item -ItemType Directory -Path $data -Force
try {
    "Machine: $([Environment]::ProcessorCount) processors, $((Get-Content /proc/meminfo -TotalCount 1) -replace '\s+', ' '), PowerShell $($PSVersionTable.PSVersion), $(dotnet --version), node $(node --version)"
    "Medians of $Rounds rounds (minimum - maximum), each round every program in turn, after one that does not count.`n"
    Use-Server @() {
        foreach ($name in $Only) {
            $sandbox = New-E2BSandbox -TimeoutSec 3600
            $id = $sandbox.SandboxId
            . "$PSScriptRoot/$name.ps1"
            Remove-E2BSandbox $sandbox
        }
    }

    if ($Only -contains 'sandboxes') { . "$PSScriptRoot/idle.ps1" }

    if ($Only -contains 'start') {
        Use-Server @('--pool', '0') { . "$PSScriptRoot/cold.ps1" }
    }
}
finally {
    [IO.Directory]::Delete($data, $true)
}

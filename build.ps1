#!/usr/bin/env pwsh
# ./build.ps1 [build | try | test | soak | docs | pack | bench | help]
# The work itself is in build/.
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Target = 'build'
)

Push-Location $PSScriptRoot
try {
    dotnet run --project build -c Release -v quiet -- $Target
    exit $LASTEXITCODE
}
finally {
    Pop-Location
}
